"""The decoder's forward and backward pass as two CUDA graphs, for batches of one shape.

Of a step on a fast GPU most is waiting for the processor: a batch of 4,096 tokens through Gemma-2B is some 4,000
kernels, 80 ms of work that Python and torch hand over in 180 ms. A graph is recorded once and then launched as a whole.
What changes from batch to batch (tokens, positions, the borders of the examples) is copied to where the graph reads it,
and random numbers come from the generator's state at each launch, as without a graph.

A graph holds the memory of its activations for as long as it lives, and computes on the weights' own memory: weights
must be changed in place, as optimisers do.
"""

import logging
from collections.abc import Callable, Sequence
from typing import Any

import torch

logger = logging.getLogger(__name__)

# Launches before recording: kernels are chosen, compiled and loaded in them.
WARM_UPS = 2

Compute = Callable[..., torch.Tensor]


def record_pass(
    compute: Compute, inputs: Sequence[torch.Tensor], weights: Sequence[torch.Tensor]
) -> "GraphedPass | None":
    """A `GraphedPass`; nothing, with a line in the log, where the model does what a graph can't hold.

    Raises:
        OutOfMemoryError: the activations of several rows don't fit. With one row at once the step goes on without a
            recording, which takes a little less.
    """
    state = torch.cuda.get_rng_state(inputs[0].device)
    generator = torch.cuda.default_generators[inputs[0].get_device()]
    try:
        return GraphedPass(compute, inputs, weights)
    except RuntimeError as error:
        # A recording that broke off leaves the generator waiting for its end.
        generator.graphsafe_set_state(generator.clone_state())
        if isinstance(error, torch.OutOfMemoryError) and len(inputs[0]) > 1:
            raise
        logger.warning(
            "the step cannot be recorded as a CUDA graph (%s): training goes on without it, more slowly",
            str(error).strip().splitlines()[0],
        )
        return None
    finally:
        torch.cuda.set_rng_state(state, inputs[0].device)


class GraphedPass:
    """A differentiable function of some integer tensors and of weights that stay where they are.

    Args:
        compute: tensors like `inputs` → one tensor; reads `weights`. It must not wait for the GPU.
        inputs: examples with the shapes and types of all later ones, on the GPU.
        weights: those whose gradients are wanted. Nothing may hold an earlier pass over them: autograd would wait for
            it, which a recording can't.
    """

    def __init__(self, compute: Compute, inputs: Sequence[torch.Tensor], weights: Sequence[torch.Tensor]) -> None:
        self.inputs = [tensor.clone() for tensor in inputs]
        self.weights = list(weights)
        torch.cuda.empty_cache()  # what one stream has freed, another one can't take
        stream = torch.cuda.Stream()
        stream.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(stream):
            for _ in range(WARM_UPS):
                result = compute(*self.inputs)
                torch.autograd.grad(result, self.weights, torch.zeros_like(result), allow_unused=True)
                del result
        torch.cuda.current_stream().wait_stream(stream)
        self._forwards, self._backwards = torch.cuda.CUDAGraph(), torch.cuda.CUDAGraph()
        with torch.cuda.graph(self._forwards):
            self._result = compute(*self.inputs)
        self._slope = torch.empty_like(self._result)
        with torch.cuda.graph(self._backwards, pool=self._forwards.pool()):
            found: Sequence[torch.Tensor | None] = torch.autograd.grad(
                self._result, self.weights, self._slope, allow_unused=True
            )
            # Laid out as the weights, which optimisers expect.
            self._gradients = [None if gradient is None else gradient.contiguous() for gradient in found]
        self._result = self._result.detach()

    def fits(self, inputs: Sequence[torch.Tensor]) -> bool:
        """Whether inputs have the recorded shapes."""
        return [tensor.shape for tensor in inputs] == [tensor.shape for tensor in self.inputs]

    def __call__(self, *inputs: torch.Tensor) -> torch.Tensor:
        """The result, which the next call overwrites. A backward pass adds to the weights' `grad`."""
        result: torch.Tensor = _Replay.apply(self, torch.empty(0, requires_grad=True), *inputs)
        return result

    def replay_forwards(self, inputs: Sequence[torch.Tensor]) -> torch.Tensor:
        """Launch the forward pass."""
        for place, tensor in zip(self.inputs, inputs, strict=True):
            place.copy_(tensor)
        self._forwards.replay()
        return self._result.view_as(self._result)

    def replay_backwards(self, slope: torch.Tensor) -> None:
        """Launch the backward pass and add its gradients to those of the weights."""
        self._slope.copy_(slope)
        self._backwards.replay()
        known, found = [], []
        for weight, gradient in zip(self.weights, self._gradients, strict=True):
            if gradient is None:  # a weight that had no part in the result
                continue
            if weight.grad is None:
                weight.grad = gradient.clone()  # the graph writes into its own memory again at the next launch
            else:
                known.append(weight.grad)
                found.append(gradient)
        if known:
            torch._foreach_add_(known, found)


class _Replay(torch.autograd.Function):
    """The graphs as a node; `_anchor` makes autograd come back to it."""

    @staticmethod
    def forward(ctx: Any, graph: GraphedPass, _anchor: torch.Tensor, *inputs: torch.Tensor) -> torch.Tensor:
        """See `GraphedPass`."""
        ctx.graph = graph
        return graph.replay_forwards(inputs)

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx: Any, *grads: torch.Tensor) -> tuple[None, ...]:
        """The weights' gradients are added in place."""
        ctx.graph.replay_backwards(grads[0])
        return None, None, *[None] * len(ctx.graph.inputs)
