package dev.tern.device.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import jcuda.nvptxcompiler.JNvPTXCompiler;
import jcuda.nvptxcompiler.nvPTXCompilerHandle;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The PTX that is checked in belongs to the sources, and every GPU that Tern serves can run it. */
class PtxTest {
  private static final Path MODULE =
      Path.of(System.getProperty("tern.root", ".")).resolve("cuda-backend").toAbsolutePath();
  private static final String RESOURCES = "resources/dev/tern/device/cuda";

  /** What nvcc prints that wrote the PTX; another one may write it in another way. */
  private static final String NVCC = "release 13.0, V13.0.88";

  /** How many bytes of registers a kernel may spill to memory: four registers. */
  private static final int MOST_SPILLED = 16;

  private static final Pattern ENTRY = Pattern.compile("Compiling entry function '(\\w+)'");
  private static final Pattern SPILLS = Pattern.compile("(\\d+) bytes spill stores");

  @ParameterizedTest
  @ValueSource(strings = {"main", "test"})
  void belongsToTheSources(String part) throws Exception {
    Path cuda = MODULE.resolve("src/" + part + "/cuda");
    for (Path source : Emulator.files(cuda, ".cu")) {
      MessageDigest sha = MessageDigest.getInstance("SHA-256");
      for (Path header : Emulator.files(cuda, ".cuh")) {
        sha.update(Files.readAllBytes(header));
      }
      sha.update(Files.readAllBytes(source));
      String name = source.getFileName().toString().replace(".cu", ".ptx");
      String first =
          Files.readString(MODULE.resolve("src/" + part).resolve(RESOURCES).resolve(name))
              .lines()
              .findFirst()
              .orElseThrow();
      assertEquals(
          "// sources " + HexFormat.of().formatHex(sha.digest()),
          first,
          name + " is stale; run cuda-backend/build-ptx.sh");
    }
  }

  @Test
  void isWhatNvccMakesOfTheSources(@TempDir Path folder) throws Exception {
    Assumptions.assumeTrue(
        output("nvcc", "--version").contains(NVCC),
        "there is no nvcc " + NVCC + "; the PTX is not rebuilt and compared");
    String said = output(MODULE.resolve("build-ptx.sh").toString(), folder.toString());
    for (String part : List.of("main", "test")) {
      Path checkedIn = MODULE.resolve("src/" + part).resolve(RESOURCES);
      Path rebuilt = folder.resolve("src/" + part).resolve(RESOURCES);
      List<Path> files = Emulator.files(checkedIn, ".ptx", "modules");
      assertEquals(files.size(), Emulator.files(rebuilt, ".ptx", "modules").size(), said);
      for (Path file : files) {
        assertArrayEquals(
            Files.readAllBytes(rebuilt.resolve(file.getFileName())),
            Files.readAllBytes(file),
            file + " is not what nvcc makes of the sources; run cuda-backend/build-ptx.sh");
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {75, 80, 90})
  void everyKernelAssemblesWithoutSpilling(int capability) {
    JNvPTXCompiler.setExceptionsEnabled(false);
    List<String> spilling = new ArrayList<>();
    for (Ptx ptx : Ptx.all()) {
      if (ptx.target() > capability) {
        continue;
      }
      String log = assemble(ptx, capability);
      int kernels = 0;
      String kernel = "";
      for (String line : log.lines().toList()) {
        Matcher entry = ENTRY.matcher(line);
        if (entry.find()) {
          kernel = entry.group(1);
          kernels++;
        }
        Matcher spills = SPILLS.matcher(line);
        if (spills.find() && Integer.parseInt(spills.group(1)) > MOST_SPILLED) {
          spilling.add(kernel + ": " + line.strip());
        }
      }
      assertEquals(ptx.entries().size(), kernels, log);
    }
    assertTrue(spilling.isEmpty(), "on sm_" + capability + ": " + spilling);
  }

  /** What no result shows: how the kernels that a training spends its time in are made. */
  @ParameterizedTest
  @CsvSource({
    "unary_f32, ld.global.v4.f32 st.global.v4.f32", // four elements at once
    "unary_grad_f32, ld.global.v4.f32 st.global.v4.f32",
    "binary_f32, ld.global.v4.f32 st.global.v4.f32",
    "affine_f32, ld.global.v4.f32 st.global.v4.f32",
    "matmul_large_f32, ld.shared.v4.f32 st.shared.f32 fma.rn.f32 bar.sync", // tiles
    "conv_large_f32, ld.shared.v4.f32 st.shared.f32 fma.rn.f32 bar.sync",
    "conv_input_grad_wide_f32, ld.shared.v4.f32 st.shared.f32 fma.rn.f32 bar.sync",
    "conv_weight_grad_wide_f32, ld.shared.v4.f32 st.shared.f32 fma.rn.f32 bar.sync",
    "matmul_tf32_large_nn, cp.async.cg.shared.global mma.sync.aligned.m16n8k8",
    "conv_large_tf32, cvt.rna.tf32.f32 mma.sync.aligned.m16n8k8",
    "conv_weight_grad_wide_tf32, cvt.rna.tf32.f32 mma.sync.aligned.m16n8k8",
    "reduce_rows_f32, shfl.sync.bfly", // warps
    "batch_norm_sums_f32, shfl.sync.bfly",
    "log_softmax_rows_f32, shfl.sync.bfly",
    "scan_rows_f32, shfl.sync.up"
  })
  void areMadeAsTheyShould(String kernel, String instructions) {
    String ptx =
        Ptx.all().stream()
            .filter(module -> module.entries().containsKey(kernel))
            .map(Ptx::text)
            .findFirst()
            .orElseThrow();
    String body = ptx.substring(ptx.indexOf(".entry " + kernel + "("));
    int next = body.indexOf(".visible .entry");
    body = next < 0 ? body : body.substring(0, next);
    for (String instruction : instructions.split(" ")) {
      assertTrue(body.contains(instruction), kernel + " has no " + instruction);
    }
  }

  @Test
  void aMistakeInPtxIsSeen() {
    String ptx = Ptx.load("trials").text().replaceFirst("fma\\.rn\\.f32", "fma.rn.f33");
    assertFalse(assemble(Ptx.of("wrong", ptx), 80).contains("trial_axpy' for"));
  }

  /** Runs NVIDIA's assembler, which needs no GPU; its log, or the error's. */
  private static String assemble(Ptx ptx, int capability) {
    byte[] text = (ptx.text() + '\0').getBytes(StandardCharsets.US_ASCII);
    nvPTXCompilerHandle compiler = new nvPTXCompilerHandle();
    JNvPTXCompiler.nvPTXCompilerCreate(compiler, text.length, text);
    String[] options = {"--gpu-name=sm_" + capability, "--verbose"};
    int status = JNvPTXCompiler.nvPTXCompilerCompile(compiler, options.length, options);
    long[] size = {0};
    byte[] log;
    if (status == 0) {
      JNvPTXCompiler.nvPTXCompilerGetInfoLogSize(compiler, size);
      log = new byte[(int) size[0] + 1];
      JNvPTXCompiler.nvPTXCompilerGetInfoLog(compiler, log);
    } else {
      JNvPTXCompiler.nvPTXCompilerGetErrorLogSize(compiler, size);
      log = new byte[(int) size[0] + 1];
      JNvPTXCompiler.nvPTXCompilerGetErrorLog(compiler, log);
    }
    JNvPTXCompiler.nvPTXCompilerDestroy(compiler);
    return new String(log, StandardCharsets.UTF_8);
  }

  private static String output(String... command) throws InterruptedException {
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return process.waitFor() == 0 ? output : "";
    } catch (IOException e) {
      return ""; // not installed
    }
  }
}
