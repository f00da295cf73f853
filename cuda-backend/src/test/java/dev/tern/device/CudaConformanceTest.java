package dev.tern.device;

import dev.tern.device.cuda.Emulator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;

/** The core's tests of what a backend does, on CUDA. */
@Tag("cuda")
class CudaConformanceTest {
  @BeforeAll
  static void testCuda() {
    Emulator.load();
    Plain.test(Backends.of(Device.CUDA));
  }

  @AfterAll
  static void testTheCpuAgain() {
    Plain.test(Backends.cpu());
  }

  @Nested
  class Primitives extends PrimitivesTest {}

  @Nested
  class Broadcasting extends BroadcastTest {}

  @Nested
  class Casting extends CastTest {}

  @Nested
  class Fused extends FusedTest {}

  @Nested
  class ComposedConvolution extends ComposedConvTest {}

  @Nested
  class ComposedPooling extends ComposedPoolTest {}

  @Nested
  class ComposedNormalisation extends ComposedNormTest {}

  @Nested
  class InOrder extends OrderingTest {}

  @Nested
  class OfIndices extends IndexingTest {}

  @Nested
  class OfLabels extends LikelihoodTest {}
}
