package dev.tern.device;

/**
 * One step of stochastic gradient descent, as {@code torch.optim.SGD} defines it: {@code g = ±grad
 * + weightDecay p; v = momentum v + (1 - dampening) g; p -= lr (nesterov ? g + momentum v : v)}.
 *
 * @param lr the learning rate
 * @param momentum 0 for none
 * @param dampening taken off the gradient as it enters v
 * @param weightDecay L2 penalty
 * @param nesterov whether the step looks ahead
 * @param maximize whether to climb
 * @param first whether v is new: it becomes g itself
 */
public record SgdSpec(
    double lr,
    double momentum,
    double dampening,
    double weightDecay,
    boolean nesterov,
    boolean maximize,
    boolean first) {}
