package dev.tern.examples;

import static dev.tern.io.Checkpoint.asLong;
import static dev.tern.io.Checkpoint.asMap;
import static dev.tern.io.Checkpoint.asStateDict;
import static dev.tern.io.Checkpoint.asTensor;

import dev.tern.Tensor;
import dev.tern.Tern;
import dev.tern.data.Batch;
import dev.tern.data.DataLoader;
import dev.tern.data.Epoch;
import dev.tern.device.Device;
import dev.tern.io.Checkpoint;
import dev.tern.nn.Module;
import dev.tern.optim.LrScheduler;
import dev.tern.optim.Optimizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.BinaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A training that may be stopped at any moment and started again: it goes on from its last
 * checkpoint and ends with the same bits.
 */
public final class ResumableTraining {
  private final Module model;
  private final Optimizer optimizer;
  private final LrScheduler schedule;
  private final DataLoader loader;
  private final Path file;
  private int epoch = 1;
  private @Nullable Epoch batches;

  /** A training of these, which are made as for a new one, and its checkpoint's file. */
  public ResumableTraining(
      Module model, Optimizer optimizer, LrScheduler schedule, DataLoader loader, Path file) {
    this.model = model;
    this.optimizer = optimizer;
    this.schedule = schedule;
    this.loader = loader;
    this.file = file;
  }

  /** Writes everything that the next batch depends on. */
  private void save(Epoch at) throws IOException {
    Checkpoint.save(
        Map.of(
            "model", model.stateDict(),
            "optimizer", optimizer.stateDict(),
            "schedule", schedule.stateDict(),
            "generator", Tern.getRngState(),
            "epoch", epoch,
            "loader", at.stateDict()),
        file);
  }

  private void resume() throws IOException {
    Map<String, ?> saved = Checkpoint.loadMap(file, Device.CPU);
    model.loadStateDict(asStateDict(saved.get("model")));
    optimizer.loadStateDict(asMap(saved.get("optimizer")));
    schedule.loadStateDict(asMap(saved.get("schedule")));
    Tern.setRngState(asTensor(saved.get("generator")));
    epoch = (int) asLong(saved.get("epoch"));
    batches = loader.resume(asMap(saved.get("loader")));
  }

  /**
   * Trains until so many epochs are over, beginning where the file says if there is one.
   *
   * @param lossFn of the model's output and the targets
   * @param every after how many batches a checkpoint is written
   */
  public void run(int epochs, BinaryOperator<Tensor> lossFn, int every) throws IOException {
    if (Files.exists(file)) {
      resume();
    }
    for (; epoch <= epochs; epoch++) {
      Epoch left = batches == null ? loader.iterator() : batches;
      for (Batch batch : left) {
        optimizer.zeroGrad();
        lossFn.apply(model.apply(batch.inputs()), batch.targets()).backward();
        optimizer.step();
        if (left.given() % every == 0) {
          save(left);
        }
      }
      batches = null;
      schedule.step();
    }
  }
}
