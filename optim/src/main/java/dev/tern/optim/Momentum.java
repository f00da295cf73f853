package dev.tern.optim;

import dev.tern.optim.Optimizer.Group;
import java.util.List;

/** What schedules take for momentum: the setting of this name, or the first beta. */
final class Momentum {
  private Momentum() {}

  static void check(String schedule, Optimizer optimizer) {
    Settings settings = optimizer.groups().get(0).settings();
    if (!settings.has("betas") && !settings.has("momentum")) {
      throw new IllegalArgumentException(
          "%s: %s has neither momentum nor betas; call cycleMomentum(false)"
              .formatted(schedule, optimizer.name()));
    }
  }

  static void set(Group group, double value) {
    if (group.settings().has("betas")) {
      group.set("betas", List.of(value, group.settings().beta(1)));
    } else {
      group.set("momentum", value);
    }
  }
}
