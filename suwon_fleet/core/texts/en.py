# SPDX-License-Identifier: Apache-2.0
"""English sentences by reason code."""

SENTENCES = {
    # Requests that cannot be met as asked
    "bad-id": "“{value}” cannot be a {field}: use letters, digits and . _ : - (64 at most),"
    " beginning with a letter or a digit.",
    "bad-value": "{field} cannot be {value}; give a number of 0 or more.",
    "unknown-word": "{field} cannot be “{value}”; use one of: {known}.",
    "unknown-version": "Version {version} of the message is not known; send version {known}.",
    "text-too-long": "{field} may have up to {most} characters; this one has {given}.",
    "too-many-places": "A job may have up to {most} places; this one has {given}.",
    "fleet-overloaded": "There is more to do than time for it: a turn takes {turn} s of CPU, where {tick} s"
    " lie between two. Topics are told less often; give each fleet manager less ground.",
    "too-many-requests": "{requester:person} may put up to {most} requests a second for long; this one was"
    " not taken. Put it again later.",
    "fleet-inactive": "The fleet manager takes no requests now: it is not active.",
    "joint-across-groups": "Place {place} belongs to group {group}; robots that work together stay on the"
    " ground of one group, here {own}.",
    "job-exists": "There is a job {job} already; choose another id, or leave it out.",
    "wrong-places": "The number of places of a {kind:job} job is {wanted}, not {given}.",
    "wrong-rounds": "A patrol may have 1 to {most} stops, rounds included; this one has {stops}.",
    "only-patrols-repeat": "Only patrols have rounds; a {kind:job} job cannot have {rounds}.",
    "no-such-place": "The map has no place “{place}”; see the names with `suwon-fleet map show`.",
    "same-place": "It begins and ends at {place}; give two different places.",
    "deadline-passed": "The deadline is over, or before the earliest start; give a later one.",
    "after-itself": "Job {job} cannot follow itself.",
    "after-ended": "It was to follow job {after}, which is {status}.",
    "too-many-after": "A job may follow up to {most} others; this one names {given}.",
    "wrong-roles": "A joint job has 2 to {most} roles and others none; this {kind:job} job has {given}.",
    "role-is-joint": "A role of a joint job cannot be a joint job itself.",
    "meets-elsewhere": "A role cannot meet the others at {place}: its places are, in order, {places}.",
    "meetings-differ": "Roles of a joint job have the same number of meetings, not {one} and {other}.",
    "no-room-to-meet": "Robots at {place} and {other} would stand in each other's way: meet at places that"
    " are {needed} m apart or more.",
    "too-few-robots": "Its {roles} roles need a robot each at the same time; only {robots} can take one.",
    "no-such-job": "There is no job “{job}”, or it ended long ago and only the journal tells of it;"
    " see `suwon-fleet job list` and `suwon-fleet journal show`.",
    "no-such-robot": "There is no robot “{robot}”; see `suwon-fleet robot list`.",
    "robot-handed-over": "{robot} has been handed over to group {group}: ask its owner, which has not"
    " answered yet. If that is down, start it again first.",
    "no-such-zone": "The map has no zone “{zone}”.",
    "no-such-group": "There is no other group “{group}”; choose one of: {known}.",
    "one-owner": "This fleet manager owns the whole map: there is nobody to give a zone to.",
    "zone-elsewhere": "Zone {zone} belongs to group {group}: ask there.",
    "zone-not-ours": "Not all of zone {zone} that is to be given is group {group}'s; give a smaller zone.",
    "gift-divides-zone": "Zone {zone} cannot be given by itself: zone {other} takes so many robots only,"
    " and two owners would share it.",
    "gift-touches": "Zone {zone} cannot be given by itself: robots on {one} and on {other} could touch, and"
    " no owner would know of both. Give a zone whose border lies where they cannot.",
    "zone-is-given": "Zone {zone} is being given to group {group}.",
    "zone-kept": "Zone {zone} was not given to group {group}: {why:reason}",
    "zone-robot-crosses": "{robot} is on its way into the zone, or out of it.",
    "zone-robot-busy": "{robot} does not come to rest in the zone: it drives, acts, is stopped, or its job"
    " is paused or done by several.",
    "zone-joint-job": "Job {job} needs several robots and has a place in the zone.",
    "zone-peer-silent": "The owner of group {group} does not answer.",
    "zone-owner-unsure": "Group {peer} says that zone {zone} was given to group {group}, and nothing of"
    " that is known here. Stop this fleet manager and look which journal is old.",
    "no-such-stop": "No stop request “{stop}” is in force; perhaps it was released already.",
    "no-such-scope": "There is no scope “{scope}”; choose one of: {known}.",
    "no-such-alert": "No alert “{alert}” is open; perhaps it was answered already.",
    "no-such-answer": "“{answer}” is no answer to this alert; choose one of: {known}.",
    "person-needed": "Only a person may do this: say who you are (requester).",
    "job-elsewhere": "Job {job} is under way on the ground of group {group}: pause or resume it there.",
    "job-asked-elsewhere": "Job {job} was asked for at group {group}: ask there, wherever it is by now.",
    "job-cancel-told": "{requester:person} has called job {job} off; whoever has it has not answered yet.",
    "job-cancelled-there": "Job {job} was called off where it is, at group {group}; it ends once what was"
    " fetched is back.",
    "job-not-cancelled": "Job {job} was not called off after all: {why:reason}",
    "job-is-over": "Job {job} is {status:status} already; nothing can be changed any more.",
    "job-is-paused": "Job {job} is paused already.",
    "job-is-not-paused": "Job {job} is not paused.",
    "job-nearly-done": "Job {job} is putting its object down; it is too late to call it off.",
    "job-is-returning": "Job {job} is called off already; its load is on the way back.",
    # Why no robot can do a job
    "no-robots": "The fleet has no robot that may take jobs; start or commission one.",
    "not-capable": "{robot} ({kind}) cannot {needs:needs}.",
    "payload-too-heavy": "{payload} kg is too heavy for {robot}, which carries {most} kg at most.",
    "not-this-robot": "The job is for {wanted}, not for {robot}.",
    "unreachable": "{robot} has no way to {place}.",
    "no-way-back": "{robot} would find no way from {place} back to a charger.",
    "zone-closed": "{place} lies in zone {zone}, which is closed; open it, or choose another place.",
    "way-closed": "The way to {place} leads through zone {zone}, which is closed; open it, or choose"
    " another place.",
    "lane-not-for-robot": "{robot} has no way to {place}: lane {lane} is {fault:misfit}.",
    "permit-needed": "{place} lies in zone {zone}, for which {robot} has no permit ({permit}).",
    "battery-too-small": "Even fully charged, {robot} would have {after} left at a charger after"
    " this job, less than its reserve of {reserve}.",
    "battery-too-low": "{robot} has {soc} charge and would have {after} left at a charger after"
    " this job, less than its reserve of {reserve}; it must charge first.",
    "battery-unknown": "{robot} has not told its charge.",
    # Why a robot got a job
    "soonest-done": "{robot} would be done soonest of all robots.",
    "best-for-all": "Another robot would be done with this job sooner, but with {robot} here all"
    " waiting jobs together are done sooner.",
    "team-gathered": "Of the robots left for this part of job {job}, {robot} would be done soonest; the"
    " part that fewest can take was filled first.",
    "team-incomplete": "One robot of job {job} was lost, and no other can take its place now; the team"
    " starts anew when there are enough.",
    "team-broken": "Its team works together no more: part {job} did not go on to the end.",
    "robot-taken": "{robot} was on its way to job {other}, which is less urgent. {why:reason}",
    "job-preempted": "{robot} was on its way to it, and is needed for job {other}, which is more urgent.",
    "job-handed-on": "{robot} was on its way to it; with {other} it is served better.",
    "choice-cost": "{robot} was reckoned to need {cost:time}: {pickup:time} to the start and"
    " {work:time} for the work; it would have {battery} charge left at a charger.",
    "choice-next-best": "The next best was {robot} with {cost:time}, {difference:time} more.",
    "choice-next-sooner": "{robot} alone would have needed {cost:time}, {difference:time} less.",
    "choice-only-one": "No other robot could do it.",
    "choice-unable": "Robots that could not do it: {count}.",
    "robots-cannot": "{robots} ({count}): {why:reason}",
    # How a job stands
    "job-not-due": "Job {job} ({kind:job}) begins in {starts_in:time} at the earliest.",
    "job-follows": "Job {job} ({kind:job}) begins when these have finished: {jobs}.",
    "job-queued": "Job {job} ({kind:job}) has been waiting for a robot for {waited:time}.",
    "job-assigned": "Job {job} ({kind:job}) is {robot}'s, which is getting ready to set out.",
    "job-in-phase": "Job {job} ({kind:job}) is {status:status}: {robot} is {phase:phase}"
    " (phase {number} of {total}, {place}).",
    "job-paused": "Job {job} is paused; resume it to go on.",
    "job-joint": "Job {job} ({kind:job}, {parts} robots together) is {status:status}.",
    "job-is-part": "It is part of job {job}.",
    "job-ended": "Job {job} ({kind:job}) is {status:status} after {took:time} (robot {robot}).",
    "job-ends-in": "It is expected to end in {left:time}.",
    "job-in-time": "That is {spare:time} before its deadline.",
    "job-is-late": "Job {job} is late: its deadline is missed by {late:time}.",
    "job-was-late": "Job {job} ended {late:time} after its deadline.",
    "job-stranded": "No robot of the fleet can do job {job} any more: {why:reason}"
    " Keep it to wait for one, or cancel it.",
    "job-failed": "Job {job} has failed: {why:reason}",
    "deadline-missed": "Job {job} has missed its deadline, and is not done.",
    "goal-unreachable": "{robot} has no open way to {place}; open the zone in between ({zone}), or call"
    " the job off.",
    "cancelled-by": "Called off by {requester:person}.",
    "no-show": "Nobody came to {place}.",
    "action-failed": "{robot} failed while {action:action}; it says: {result:said}.",
    "load-dropped": "{robot} may have dropped its load; look where it is.",
    "load-without-job": "{robot} carries a load that belongs to no job; take it out, then release"
    " the robot.",
    "arms-without-job": "{robot} stands with its arms out, as a job left it half done; see that its"
    " hands are empty and its arms at rest, then release the robot.",
    "robot-removed": "{robot} was taken out of the fleet by {requester:person}.",
    "robot-silent": "{robot} is silent.",
    # What a robot does, and why it waits
    "robot-does": "{robot} ({kind}) is {mission:state}; battery {battery:charge}.",
    "job-planned": "It is planned for {robot}, after {before} other jobs.",
    "plan-parts": "Jobs in that plan: {jobs}, ending in {completion:time} on average, {late:time} late"
    " in all, with {empty:time} of driving without a load.",
    "robot-waits": "{who} waits: {why:reason}",
    "robot-goes-on": "{robot} itself is not held up.",
    "robot-next-in-line": "It is free, and gets a job at the next round of dispatch.",
    "robot-held-up": "{robot} cannot go on: {why:reason}",
    "robot-stuck": "{robot} may go on and has not for {after:time}; look what keeps it.",
    "check-failed": "The independent check of traffic found {what:finding} ({robots}): {detail}.",
    "robot-awaits-help": "{robot} waits for a person to look at it; answer its alert.",
    "robot-laden": "{robot} may still carry something.",
    "robot-has-job": "Busy with job {job}.",
    "robot-not-commissioned": "{robot} is not commissioned; commission it to let it take jobs.",
    "robot-charges-ahead": "{robot} has to charge before it is low: later there will not be"
    " chargers for all.",
    "robot-acts": "It is {action:action}.",
    "stop-held": "Stop request {stop} of {requester:person} holds it; release it when it is safe.",
    "robot-blocked": "Something stands in its way ({state:state}); it goes on when the way is free.",
    "robot-crosses": "{robot:robot} goes through a gate to another group's ground.",
    "robot-in-line": "{robot:robot} is in line with others where none can turn round.",
    "peer-unsound": "The owner of group {peer} said what cannot be ({field} of {message})."
    " Give all owners the same map, groups and robot kinds.",
    "robot-epoch-old": "Group {group} does not let {robot} in: it knows of an owner of {robot} after us."
    " Set the clocks of all owners right, then remove {robot} here, and it joins anew.",
    "wait-gate": "It waits until group {group} lets it in (in the way there: {who}).",
    "wait-turn": "{robot:robot} goes first over ground that both need.",
    "wait-ground": "{robot:robot} is still on the ground ahead.",
    "wait-no-way": "Every way is closed off by robots that stand, first of them {robot:robot}.",
    "wait-put-off": "More urgent robots are served first.",
    "wait-zone-full": "Zone {zone} is full.",
    "wait-team": "{robot} has not come to where they meet.",
    "wait-team-done": "{robot} is still at work; they go on together.",
    "wait-team-robot": "Part {job} of the joint job has no robot yet.",
    "cannot-meet": "The robots cannot stand at their places at the same time: one at {place} is in"
    " another's only way. Choose other places to meet.",
    "wait-next-step": "Nothing holds it; it goes on with its next step.",
    "no-free-charger": "{robot} needs to charge, and no charger it can reach is free.",
    # What a robot's states allow
    "robot-not-online": "The robot is not heard ({state:state}); check its power and its link.",
    "robot-not-automatic": "The robot is in {state:state} mode; give it back to the fleet.",
    "robot-in-other-hands": "Another program controls the robot; end that first.",
    "robot-stopped": "The robot is stopped ({state:state}); it must be ready to go on first.",
    "robot-needs-release": "The robot was stopped for safety; a person must look and release it.",
    "robot-needs-assist": "The robot does not get on by itself; help it.",
    "robot-battery-critical": "The robot's battery is nearly empty; bring it to a charger.",
    "robot-battery-low": "The robot must charge first (battery {state:state}).",
    "robot-battery-out": "The robot's battery pack is being changed.",
    "robot-needs-care": "The robot cannot stand or act ({state:state}); help it.",
    "robot-lid-open": "The robot's lid is {state:state}; close it.",
    "robot-not-on-a-leg": "The robot is not going anywhere ({state:state}).",
    "robot-on-charger": "The robot is still on its charger ({state:state}).",
    "robot-not-balanced": "The robot is not on its feet and balanced ({state:state}).",
    "robot-hands-busy": "The robot's hands are busy ({state:state}).",
    "robot-busy": "The robot is busy ({state:state}).",
    "robot-not-standing": "The robot does not stand still yet ({state:state}).",
    "robot-wrong-mission": "This does not fit what the robot is doing ({state:state}).",
    "robot-not-to-be-readied": "The robot cannot be made ready from here ({state:state}).",
    "robot-posture-unknown": "The robot's posture is not known; look at it first.",
    "robot-cannot": "Robots of its kind cannot do this: {action:action}.",
    "robot-wrong-phase": "This cannot follow on {state:state} of the hands: {action:action}.",
    "robot-trigger-unknown": "“{trigger}” means nothing for a {family} robot.",
    "robot-not-from-here": "Not possible from here ({trigger:trigger}; now {states:states}).",
    "robot-guards-refuse": "Not possible yet, in {state:state} ({trigger:trigger});"
    " this must hold first: {guards:guard}.",
    # Robots that join, and what people are told of them
    "robot-kind-unknown": "{robot} says it is a “{kind}”; the fleet knows {known}. Add its kind.",
    "robot-off-the-map": "{robot} stands at {where}, more than {within} m from any lane; bring it"
    " onto one.",
    "robot-on-others-ground": "{robot} stands at {where}, on ground of {owner}; move one of them.",
    "robot-has-other-ground": "{robot} still drives on ground of an earlier fleet manager; it joins"
    " once it stands at its end.",
    "robot-speaks-as-another": "What comes by the keys of {robot} says it is of {other}; it is not heeded.",
    "robot-speaks-twice": "Two programs at once say they are {robot}: end one, or find out who it is."
    " Sessions: {sessions}.",
    "robot-connected-twice": "Two at once are connected with the certificate of {robot}: two programs, or"
    " somebody else has its key. Connected from {where}.",
    "robot-connected-unheard": "{robot} is connected from {where}, and not heard: it speaks by keys that"
    " are not its own, which is refused, or its certificate is not let in.",
    "drive-not-allowed": "{robot} may not be driven from here: allow it under `drive` in the file of the"
    " bridge.",
    "drive-robot-busy": "{robot} is on its way for another goal; cancel that one, or wait for its end.",
    "drive-robot-has-fleet": "A fleet_manager commands robots here, {robot} too; ask it for a job.",
    "drive-robot-restarted": "The program of {robot} has started anew; send the goal again.",
    "drive-robot-silent": "{robot} is not heard any more.",
    "drive-bad-goal": "This cannot be done: {what}.",
    "drive-no-stop": "{robot} was not asked to stop from here; give the stop_id.",
    "drive-one-robot": "A bridge stops and releases single robots: give scope `robot` and its id.",
    "robot-id-taken": "{robot} is known as {known}; what comes by {other} is not heeded.",
    "robot-on-two-links": "{robot} is heard over two links at once, such as ROS and Zenoh; if that is two"
    " robots, give each a name of its own.",
    "robot-refuses-stop": "{robot} was asked to stop and refuses: {why}. Stop it by hand, and"
    " look at its clock.",
    "stop-found": "{robot} holds for stop request {stop}, which nobody knows of any more: the fleet manager"
    " ended before it was kept. Release it when it is safe.",
    "robot-alarm": "{robot} reports {alarm}: {text}.",
    "robot-not-announced": "{robot} reports, but has not said who it is (factsheet).",
    "robot-surprise": "{robot} told a change nothing explains: {layer:layer} from {before:state}"
    " to {told:state}. Look at it.",
    "robot-overdue": "{robot} has been {state:state} ({layer:layer}) for more than {after:time};"
    " expected by now: {expected:trigger}.",
    "robot-event": "{robot}: {event:trigger}.",
    # Why a certificate is not made, changed or used
    "keys-exist": "{folder} holds keys already; they are not overwritten. Choose another folder.",
    "no-such-certificate": "There is no certificate of “{name}”; see `suwon-fleet keys list`.",
    "certificate-exists": "{name} has a good certificate already, as {role}; rotate or revoke it.",
    "certificates-revoked": "{name} has no good certificate any more; issue another one.",
    "nothing-to-revoke": "No certificate of {name} is left to be revoked.",
    "certificate-without-host": "The certificate of {name} names no host, so nobody could connect to it;"
    " revoke it and issue one with --host.",
    "authority-over": "The certificate authority in {folder} has expired; make a new one.",
}
