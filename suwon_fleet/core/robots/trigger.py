# SPDX-License-Identifier: Apache-2.0
"""What can happen to a robot: one vocabulary for all families, so nobody need ask which it is of.

A trigger with rows in a robot's layer happens at the robot, and the fleet learns of it from a
report. The others are the fleet's to fire.
"""

from __future__ import annotations

from suwon_fleet.core.robots.words import Word


class Trigger(Word):
    """Something that happened, or was decided."""

    # Heard or not
    HEARD = "heard", "A report arrived after silence."
    COMMS_LOST = "comms_lost", "No report for too long."
    NOT_LOCATED = "not_located", "Silent so long that it may be anywhere."
    SIGNED_OFF = "signed_off", "The robot said good-bye."

    # Who is in charge
    BOOT = "boot", "The robot's program started anew."
    READY = "ready", "Start-up is over, or a person gave the robot back to the fleet."
    TAKEN_OVER = "taken_over", "A person drives; the order is kept."
    HANDED_BACK = "handed_back", "The person who drove is done."
    SEMIAUTOMATIC_CHOSEN = "semiautomatic_chosen", "A person sets the speed."
    MANUAL_CHOSEN = "manual_chosen", "A person has taken the robot out of the fleet's hands."
    SERVICE_STARTED = "service_started", "Maintenance begins."
    TEACH_IN_STARTED = "teach_in_started", "The robot is being taught."

    # Missions
    FETCH_STARTED = "fetch_started", "A job begins with something to fetch."
    ROUND_STARTED = "round_started", "A patrol or go-to job begins."
    PARKING_STARTED = "parking_started", "It is sent out of the way."
    CHARGE_DUE = "charge_due", "It is sent to a charger."
    GOAL_REACHED = "goal_reached", "It stands where its leg ends."
    LOADED = "loaded", "It has what it was to fetch."
    UNLOADED = "unloaded", "It has handed over what it carried."
    NEXT_STOP = "next_stop", "On to the next stop of its round."
    ROUND_DONE = "round_done", "Its last stop is done."
    NO_SHOW = "no_show", "Nobody came."
    CANCELLED = "cancelled", "Its job was called off."
    PERSON_WANTED = "person_wanted", "What happened is for a person to judge."
    RELEASED_BY_PERSON = "released_by_person", "A person lets it go on after a safety stop."

    # Energy
    DOCK_FAILED = "dock_failed", "It did not get onto the charger."
    DOCK_GIVEN_UP = "dock_given_up", "It will not get onto the charger without help."
    CHARGING_STARTED = "charging_started", "Current flows."
    CHARGING_ENDED = "charging_ended", "Current flows no more."
    CHARGED = "charged", "It is as full as it should be."
    JOB_WAITS = "job_waits", "A job is better than more charge."
    UNDOCKED = "undocked", "It is off the charger."
    UNDOCK_FAILED = "undock_failed", "It did not get off the charger."
    PACK_OUT = "pack_out", "A battery pack is being changed."
    PACK_IN = "pack_in", "The new pack has booted."
    SWAPPED = "swapped", "The robot says the change of packs is done."
    SWAP_LATE = "swap_late", "The change of packs takes too long."
    SWAP_FAILED = "swap_failed", "No pack, or one that does not boot."
    SOC_UNTOLD = "soc_untold", "The robot does not tell its charge any more."
    SOC_ENOUGH = "soc_enough", "The charge is above the low threshold again."
    SOC_LOW = "soc_low", "The charge is below the low threshold."
    SOC_CRITICAL = "soc_critical", "The charge is below the critical threshold."

    # Getting along
    DEPARTED = "departed", "It began to move."
    HALTED = "halted", "It stands."
    OBSTRUCTED = "obstructed", "Its collision monitor or field has stopped it."
    CLEARED = "cleared", "The way is free again."
    PATIENCE_SPENT = "patience_spent", "Blocked for longer than it waits."
    RECOVERED = "recovered", "A recovery has freed the way."
    TRIES_SPENT = "tries_spent", "No recovery helped."
    HELP_CALLED = "help_called", "It does not get on by itself."
    STUCK_IN_LIFT = "stuck_in_lift", "The lift failed with the robot in it."

    # Lid
    UNLOCKED = "unlocked", "The lid begins to open for a hand-over."
    LID_OPENED = "lid_opened", "The lid is open."
    CLOSE_ASKED = "close_asked", "Confirmed, called off or nobody came: the lid begins to close."
    LID_REOPENED = "lid_reopened", "Something kept the lid from closing."
    LID_CLOSED = "lid_closed", "The closed sensor says so."
    LID_FORCED = "lid_forced", "The robot says its lid was forced."
    LID_OPEN_UNASKED = "lid_open_unasked", "The lid is open, and nobody asked for that."

    # Lifts
    LIFT_CALLED = "lift_called", "Its way needs another floor."
    LIFT_READY = "lift_ready", "The cabin is here, open and ours."
    ABOARD = "aboard", "It is in the cabin."
    LIFT_ARRIVED = "lift_arrived", "The cabin is at the floor it needs, and open."
    LIFT_LEFT = "lift_left", "It is out of the cabin."
    LIFT_CALLED_OFF = "lift_called_off", "It turned back: its way needs the lift no more."
    LIFT_FAILED = "lift_failed", "The lift is in FIRE, EMERGENCY or OFFLINE mode, or does not come."

    # Stops
    PAUSED = "paused", "VDA 5050 startPause was carried out."
    RESUMED = "resumed", "VDA 5050 stopPause was carried out."
    PROTECTIVE_STOP = "protective_stop", "A requested protective stop was carried out."
    SETTLE_STOP = "settle_stop", "A requested settle stop is being carried out."
    CUT_STOP = "cut_stop", "Drive power was cut."
    STOP_RELEASED = "stop_released", "It goes on after a requested stop."
    EMERGENCY_STOPPED = "emergency_stopped", "Its own safety system stopped it."
    ACKNOWLEDGED = "acknowledged", "A person at the robot acknowledged its emergency stop."
    STOP_OVER = "stop_over", "It is ready to go on after an acknowledged emergency stop."
    LOCALIZATION_LOST = "localization_lost", "It does not know where it is."
    POSITION_SET = "position_set", "An operator told it where it is."
    TAMPERED = "tampered", "Its lid was forced or its body tilted."
    ALARM_CLEARED = "alarm_cleared", "It ends its alarm."

    # Humanoids: power and posture
    POWERED_ON = "powered_on", "The controller booted; the joints are limp."
    POWERED_OFF = "powered_off", "The controller shut down."
    DAMPED = "damped", "The joints resist motion."
    STAND_UP = "stand_up", "It begins to rise from sitting or squatting."
    LIE_TO_STAND = "lie_to_stand", "It begins to rise from lying."
    STOOD_UP = "stood_up", "It stands with locked joints."
    GET_UP_FAILED = "get_up_failed", "It did not get up."
    GET_UP_GIVEN_UP = "get_up_given_up", "It will not get up without help."
    BALANCE_STARTED = "balance_started", "Its balance controller has taken over."
    SAT = "sat", "It sits, damped."
    SQUATTED = "squatted", "It squats, damped."
    POSTURE_SEEN = "posture_seen", "Its sensors tell the posture."
    POSTURE_LOST = "posture_lost", "Its sensors tell no posture."

    # Humanoids: hands
    BEGIN_APPROACH = "begin_approach", "It steps up to the object."
    BEGIN_PERCEIVE = "begin_perceive", "It looks for the object."
    BEGIN_PREGRASP = "begin_pregrasp", "The hands go to where they can grasp."
    BEGIN_GRASP = "begin_grasp", "The hands close."
    BEGIN_VERIFY = "begin_verify", "Does it hold the object?"
    BEGIN_LIFT = "begin_lift", "It takes the object up."
    BEGIN_TRANSPORT = "begin_transport", "The object is held so that it can be carried."
    BEGIN_PLACE = "begin_place", "It puts the object down."
    BEGIN_RELEASE = "begin_release", "The hands open."
    BEGIN_RETREAT = "begin_retreat", "The arms go back to rest."
    HANDS_DONE = "hands_done", "The arms are at rest."
    HANDS_CLEARED = "hands_cleared", "A person has seen to it: the hands are empty and at rest."
    TASK_STARTED = "task_started", "The arms are in use."
    TASK_ENDED = "task_ended", "The arms are free."
    GRASP_FAILED = "grasp_failed", "The grasp did not hold; it may be tried again."

    # Humanoids: faults
    FELL = "fell", "It lies and did not mean to."
    FAULT_CLEARED = "fault_cleared", "The fall's fault is cleared; it lies damped."
    ASSIST_CALLED = "assist_called", "It asks for a person and a gantry."
    ASSISTED = "assisted", "People have set it right; it is damped."
    LEASE_EXPIRED = "lease_expired", "It heard nobody for too long and settles."
    MINOR_FAULT = "minor_fault", "A joint, link or heat fault; it holds still."
    MAJOR_FAULT = "major_fault", "A fault it cannot stand with."
    FAULT_RESET = "fault_reset", "The fault was reset; it is damped."
    FAULT_PASSED = "fault_passed", "The fault went away while it stood."
    SWAP_DUE = "swap_due", "It makes for a change of packs."
    SWAP_CALLED_OFF = "swap_called_off", "It makes for the change of packs no more."
    SWAP_POSED = "swap_posed", "It stands so that packs can be changed."
    CONTROL_GIVEN_AWAY = "control_given_away", "Someone else's program controls it."
    CONTROL_GIVEN_BACK = "control_given_back", "Its own controller has it again, limp."
