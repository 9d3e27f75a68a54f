# SPDX-License-Identifier: Apache-2.0
"""What a transition asks the fleet to do. Never done inside a transition: asks are returned."""

from __future__ import annotations

from suwon_fleet.core.robots.words import Word


class Ask(Word):
    """One thing to do, in the order the transition names them."""

    NAVIGATE = "navigate", "Plan a path and grant ground along it."
    FINISH_GROUND_THEN_STOP = (
        "finish_ground_then_stop",
        "Grant no more; the robot goes to the end of what it was granted and stops there.",
    )
    REQUEST_STOP = "request_stop", "Request a protective stop of the robot."
    RESUME = "resume", "Tell the robot it may go on."
    WALK_SLOWLY = "walk_slowly", "Grant ground at its carrying speed: it holds an object."

    TELL_AGAIN = "tell_again", "It has forgotten what it was granted and asked to do."

    LOAD = "load", "Send what loads it: LOAD; for hands, APPROACH to LIFT_OBJECT."
    UNLOAD = "unload", "Send what unloads it: UNLOAD; for hands, PLACE to RETREAT."
    CLOSE_LID = "close_lid", "Cancel the action at hand; the lid closes first."
    DOCK = "dock", "Send the DOCK action."
    UNDOCK = "undock", "Send the UNDOCK action."
    SWAP_BATTERY = "swap_battery", "Send the SWAP_BATTERY action."

    CALL_LIFT = "call_lift", "Request an AGV-mode session of the lift."
    HOLD_LIFT_DOOR = "hold_lift_door", "Keep the lift's door open."
    END_LIFT_SESSION = "end_lift_session", "Give the lift back."

    FINISH_JOB = "finish_job", "The robot's part of the job is done."
    CLEAR_JOB = "clear_job", "The robot has dropped its job: give the job back to dispatch."
    REVIEW_JOB = "review_job", "Decide whether this robot keeps its job."
    CHARGE_AFTER_LEG = "charge_after_leg", "Send it to a charger when its leg ends."

    RAISE_ALERT = "raise_alert", "Tell people."
    REQUEST_ASSIST = "request_assist", "Ask a person to help: tele-operation, or at the robot."
    CLOSE_ALERT = "close_alert", "What people were told of is over."
    KEEP_VIDEO = "keep_video", "Keep the recording of this moment as evidence."
    REPORT_LOAD_DROPPED = "report_load_dropped", "What its hands held may lie on the floor."
    BLOCK_ZONE = "block_zone", "Keep other robots away from where it is."
    UNBLOCK_ZONE = "unblock_zone", "Others may pass again."

    SHOW_AVAILABLE = "show_available", "Show it as ready for jobs (MDS available)."
    SHOW_NOT_CONTACTABLE = "show_not_contactable", "Show it as silent (MDS non_contactable)."
    SHOW_NOT_LOCATED = "show_not_located", "Show it as missing (MDS not_located)."
