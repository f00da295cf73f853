package dev.tern.tests;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.tern.Scope;
import dev.tern.Tensor;
import dev.tern.Tern;
import dev.tern.device.Generator;
import dev.tern.examples.Networks;
import dev.tern.nn.CrossEntropyLoss;
import dev.tern.nn.Module;
import dev.tern.optim.Adam;
import dev.tern.optim.Optimizer;
import dev.tern.optim.SGD;
import dev.tern.shape.DType;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A training whose steps run in scopes gives the bits of one whose steps do not. */
class ScopeTrainingTest {
  private static List<Tensor> train(String net, String rule, boolean scoped) {
    Generator.manualSeed(7);
    Module model = Networks.make(net);
    Optimizer optimizer =
        rule.equals("Adam")
            ? new Adam(model.parameters(), Adam.lr(1e-3))
            : new SGD(model.parameters(), SGD.lr(1e-2).momentum(0.9));
    Tensor images = Tensor.randn(8, 3, 32, 32);
    Tensor labels = Tensor.of(0L, 1, 1, 0, 1, 0, 0, 1);
    List<Tensor> results = new ArrayList<>();
    for (int step = 0; step < 3; step++) {
      Scope scope = scoped ? Tern.scope() : null;
      try {
        Tensor loss = new CrossEntropyLoss().apply(model.apply(images), labels);
        optimizer.zeroGrad();
        loss.backward();
        optimizer.step();
        results.add(scope == null ? loss : scope.keep(loss));
      } finally {
        if (scope != null) {
          scope.close();
        }
      }
    }
    results.addAll(model.stateDict().values());
    return results;
  }

  @ParameterizedTest
  @CsvSource({"Net, SGD", "NetBatchNorm, SGD", "NetRes, Adam", "NetDropout, Adam"})
  void scopesDoNotChangeABit(String net, String rule) {
    List<Tensor> plain = train(net, rule, false);
    List<Tensor> scoped = train(net, rule, true);
    assertEquals(plain.size(), scoped.size());
    for (int i = 0; i < plain.size(); i++) {
      assertArrayEquals(
          plain.get(i).to(DType.FLOAT64).toDoubleArray(),
          scoped.get(i).to(DType.FLOAT64).toDoubleArray());
    }
  }
}
