package dev.tern.device;

import dev.tern.shape.DeviceException;

/**
 * Where a tensor lives, PyTorch's {@code torch.device}.
 *
 * @param type {@code cpu}, {@code cuda}, or whatever a {@link BackendProvider} on the class path
 *     serves
 * @param index which of several devices of that type
 */
public record Device(String type, int index) {
  /** The CPU. */
  public static final Device CPU = new Device("cpu", 0);

  /** The first CUDA GPU. */
  public static final Device CUDA = new Device("cuda", 0);

  /** Creates a device; whether it can be used shows when it is. */
  public Device {
    if (index < 0) {
      throw new DeviceException("a device index is not negative, got " + index);
    }
  }

  /** One of several CUDA GPUs. */
  public static Device cuda(int index) {
    return new Device("cuda", index);
  }

  /**
   * Reads PyTorch's notation: {@code cpu}, {@code cuda}, {@code cuda:1}.
   *
   * @throws DeviceException if it is not of that form
   */
  public static Device parse(String text) {
    int colon = text.indexOf(':');
    String type = colon < 0 ? text : text.substring(0, colon);
    String index = colon < 0 ? "0" : text.substring(colon + 1);
    if (!type.matches("[a-z]+") || !index.matches("[0-9]{1,4}")) {
      throw new DeviceException(
          "no device is named '" + text + "'; expected cpu, cuda or cuda:INDEX");
    }
    return new Device(type, Integer.parseInt(index));
  }

  /** As PyTorch prints it: {@code cpu}, {@code cuda:0}. */
  @Override
  public String toString() {
    return type.equals("cpu") ? type : type + ":" + index;
  }
}
