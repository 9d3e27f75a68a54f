# SPDX-License-Identifier: Apache-2.0
"""A lifecycle node that tells what it cannot do, and stays as it was."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from typing import Any

from rclpy.lifecycle import LifecycleNode, LifecycleState, TransitionCallbackReturn

from suwon_fleet.core.errors import BadInput
from suwon_fleet.nodes.spinning import RCLError

SUCCESS, FAILURE = TransitionCallbackReturn.SUCCESS, TransitionCallbackReturn.FAILURE


class ToldLifecycleNode(LifecycleNode):
    """Its transitions may raise BadInput and OSError: they are told, and leave the node as it was."""

    def __init__(self, name: str, **options: Any) -> None:
        super().__init__(name, **options)
        self._service_change_state.callback = self._checked(self._service_change_state.callback)

    def destroy_node(self) -> None:
        """Leave the graph at once: rclpy keeps `transition_event` until the garbage collector comes by.

        The state machine goes with the last of its services: an executor may still be letting go of those,
        so it is not destroyed here.
        """
        super().destroy_node()
        self.__dict__.pop("_state_machine", None)

    # What it does on its way from state to state

    @abstractmethod
    def _configure(self) -> None: ...
    @abstractmethod
    def _activate(self) -> None: ...
    @abstractmethod
    def _deactivate(self) -> None: ...
    @abstractmethod
    def close(self) -> None:
        """Let go of everything, from whatever state."""

    # As rclpy calls it

    def on_configure(self, state: LifecycleState) -> TransitionCallbackReturn:
        return self._transit("configure", self._configure)

    def on_activate(self, state: LifecycleState) -> TransitionCallbackReturn:
        return self._transit("activate", self._activate)

    def on_deactivate(self, state: LifecycleState) -> TransitionCallbackReturn:
        return self._transit("deactivate", self._deactivate)

    def on_cleanup(self, state: LifecycleState) -> TransitionCallbackReturn:
        return self._transit("cleanup", self.close)

    def on_shutdown(self, state: LifecycleState) -> TransitionCallbackReturn:
        return self._transit("shutdown", self.close)

    def _transit(self, name: str, do: Callable[[], None]) -> TransitionCallbackReturn:
        """Make a transition; what cannot be done is told, and leaves the node as it was."""
        try:
            do()
        except (BadInput, OSError) as error:
            for line in str(error).splitlines():
                self.get_logger().error(f"cannot {name}: {line}")
            return FAILURE
        self.get_logger().info(f"{name}: done")
        return SUCCESS

    def _checked(self, change_state: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
        """rclpy's service, which would end the node when asked for a transition that is not there now."""

        def change(request: Any, response: Any) -> Any:
            try:
                return change_state(request, response)
            except RCLError as error:
                asked = request.transition
                self.get_logger().error(
                    f"no transition {asked.label or asked.id} from here: {error}"
                )
                response.success = False
                return response

        return change
