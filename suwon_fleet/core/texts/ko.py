# SPDX-License-Identifier: Apache-2.0
"""Korean sentences by reason code."""

SENTENCES = {
    # Requests that cannot be met as asked
    "bad-id": "“{value}”{value:particle+은/는} {field:+으로/로} 쓸 수 없습니다. 영문자나"
    " 숫자로 시작해 영문자, 숫자, . _ : - 로 64자 이내로 지어 주세요.",
    "bad-value": "{field}에 {value:+을/를} 쓸 수 없습니다. 0 이상의 수를 넣어 주세요.",
    "unknown-word": "{field}에 “{value}”{value:particle+을/를} 쓸 수 없습니다."
    " 다음 가운데 하나를 쓰세요: {known}.",
    "unknown-version": "메시지 버전 {version:+을/를} 알 수 없습니다. 버전 {known:+으로/로} 보내 주세요.",
    "text-too-long": "{field:+은/는} {most}자까지 쓸 수 있는데 {given}자를 받았습니다.",
    "too-many-places": "작업 하나에 장소를 {most}곳까지 지정할 수 있는데 {given}곳을 받았습니다.",
    "fleet-overloaded": "처리할 일이 시간에 비해 너무 많습니다. 한 차례에 {tick}초가 있는데 CPU를 {turn}초"
    " 씁니다. 토픽을 덜 자주 보냅니다. 플릿 매니저마다 맡는 구역을 줄이세요.",
    "too-many-requests": "{requester:person}의 요청이 초당 {most}건을 계속 넘어서 이번 요청은 받지"
    " 않았습니다. 나중에 다시 보내세요.",
    "fleet-inactive": "플릿 매니저가 활성 상태가 아니라서 지금은 요청을 받을 수 없습니다.",
    "joint-across-groups": "장소 {place:+은/는} {group} 그룹에 속합니다. 함께 일하는"
    " 로봇들은 한 그룹({own})의 구역 안에서만 일합니다.",
    "job-exists": "작업 {job:+이/가} 이미 있습니다. 다른 이름을 쓰거나 비워 두세요.",
    "wrong-places": "{kind:job} 작업에는 장소가 {wanted}곳 필요한데 {given}곳을 받았습니다.",
    "wrong-rounds": "순찰 지점은 반복 횟수까지 합쳐 1~{most}곳이어야 하는데 {stops}곳입니다.",
    "only-patrols-repeat": "반복은 순찰만 할 수 있습니다. {kind:job} 작업은 {rounds}회 할 수 없습니다.",
    "no-such-place": "지도에 “{place}” 장소가 없습니다. `suwon-fleet map show`로 이름을 확인하세요.",
    "same-place": "출발지와 도착지가 모두 {place}입니다. 서로 다른 두 곳을 지정해 주세요.",
    "deadline-passed": "마감 시각이 이미 지났거나 시작 가능 시각보다 이릅니다."
    " 더 늦은 시각을 지정해 주세요.",
    "after-itself": "작업 {job:+은/는} 자기 자신 다음에 올 수 없습니다.",
    "after-ended": "먼저 끝나야 할 작업 {after:+이/가} {status:status} 상태로 끝났습니다.",
    "too-many-after": "먼저 끝나야 할 작업은 {most}개까지 지정할 수 있는데 {given}개를 받았습니다.",
    "wrong-roles": "공동 작업에는 역할이 2~{most}개 있어야 하고 다른 작업에는 없어야 하는데, 이 {kind:job}"
    " 작업에는 {given}개가 있습니다.",
    "role-is-joint": "공동 작업의 역할로 공동 작업을 지정할 수 없습니다.",
    "meets-elsewhere": "{place}에서는 만날 수 없습니다. 이 역할이 차례로 가는 장소: {places}.",
    "meetings-differ": "공동 작업의 역할들은 만나는 횟수가 같아야 하는데 {one}회와 {other}회입니다.",
    "no-room-to-meet": "{place:+과/와} {other}에 선 로봇들은 서로 부딪칩니다. {needed} m 넘게 떨어진 장소를"
    " 고르세요.",
    "too-few-robots": "역할 {roles}개에 로봇이 한 대씩 동시에 필요한데, 맡을 수 있는 로봇은 {robots}대"
    "뿐입니다.",
    "no-such-job": "“{job}” 작업이 없거나, 끝난 지 오래되어 저널에만 남아 있습니다."
    " `suwon-fleet job list`와 `suwon-fleet journal show`로 확인하세요.",
    "no-such-robot": "“{robot}” 로봇이 없습니다. `suwon-fleet robot list`로 확인하세요.",
    "robot-handed-over": "{robot:+은/는} {group} 그룹에 넘겼고, 그쪽 관리자가 아직 응답하지 않았습니다."
    " 그쪽에 요청하세요. 꺼져 있으면 먼저 다시 켜 주세요.",
    "no-such-zone": "지도에 “{zone}” 구역이 없습니다.",
    "no-such-group": "다른 그룹 “{group}”{group:particle+은/는} 없습니다. 다음 중에서 고르세요: {known}.",
    "one-owner": "이 관리자가 지도 전체를 맡고 있어 구역을 넘길 상대가 없습니다.",
    "zone-elsewhere": "구역 {zone:+은/는} {group} 그룹의 것입니다. 그쪽에 요청하세요.",
    "zone-not-ours": "넘기려는 구역 {zone}의 일부는 {group} 그룹의 것이 아닙니다. 더 작은 구역을"
    " 넘기세요.",
    "gift-divides-zone": "구역 {zone}만 따로 넘길 수 없습니다. 들어갈 수 있는 로봇 수가 정해진 구역"
    " {other:+을/를} 두 관리자가 나누어 맡게 됩니다.",
    "gift-touches": "구역 {zone}만 따로 넘길 수 없습니다. {one:+와/과} {other}에 있는 로봇들이 서로 닿을 수"
    " 있는데 둘 다 아는 관리자가 없게 됩니다. 경계가 그렇지 않은 구역을 넘기세요.",
    "zone-is-given": "구역 {zone:+을/를} {group} 그룹에 넘기는 중입니다.",
    "zone-kept": "구역 {zone:+을/를} {group} 그룹에 넘기지 않았습니다. {why:reason}",
    "zone-robot-crosses": "{robot:+이/가} 구역에 들어오거나 나가는 중입니다.",
    "zone-robot-busy": "{robot:+이/가} 구역 안에서 멈추지 않습니다. 주행이나 작업 중이거나, 정지되었거나,"
    " 작업이 일시 정지되었거나 여럿이 함께 하는 작업입니다.",
    "zone-joint-job": "여러 로봇이 함께 하는 작업 {job}에 이 구역 안의 장소가 있습니다.",
    "zone-peer-silent": "{group} 그룹의 관리자가 응답하지 않습니다.",
    "zone-owner-unsure": "{peer} 그룹은 구역 {zone:+이/가} {group} 그룹에 넘어갔다고 하는데, 여기에는 그런"
    " 기록이 없습니다. 이 관리자를 멈추고 어느 기록이 오래되었는지 확인하세요.",
    "no-such-stop": "“{stop}” 정지 요청이 없습니다. 이미 해제되었을 수 있습니다.",
    "no-such-scope": "“{scope}”{scope:particle+은/는} 알 수 없는 범위입니다."
    " 다음 중에서 고르세요: {known}.",
    "no-such-alert": "“{alert}” 알림이 없습니다. 이미 처리되었을 수 있습니다.",
    "no-such-answer": "이 알림에는 “{answer}”{answer:particle+으로/로} 답할 수 없습니다."
    " 다음 중에서 고르세요: {known}.",
    "person-needed": "사람만 할 수 있는 일입니다. 요청자(requester)를 밝혀 주세요.",
    "job-elsewhere": "작업 {job:+은/는} {group} 그룹 구역에서 진행 중입니다. 일시 정지와 재개는"
    " 그쪽에 요청하세요.",
    "job-asked-elsewhere": "작업 {job:+은/는} {group} 그룹에 요청된 것입니다. 지금 어디에 있든"
    " 그쪽에 물어보세요.",
    "job-cancel-told": "{requester:person+이/가} 작업 {job:+을/를} 취소했고, 작업을 맡은"
    " 쪽의 응답을 기다립니다.",
    "job-cancelled-there": "작업 {job:+은/는} 지금 있는 {group} 그룹에서 취소되었습니다. 가져간 것이"
    " 돌아오면 끝납니다.",
    "job-not-cancelled": "작업 {job:+은/는} 결국 취소되지 않았습니다. {why:reason}",
    "job-is-over": "작업 {job:+은/는} 이미 끝나({status:status}) 더는 바꿀 수 없습니다.",
    "job-is-paused": "작업 {job:+은/는} 이미 일시 정지되어 있습니다.",
    "job-is-not-paused": "작업 {job:+은/는} 일시 정지 상태가 아닙니다.",
    "job-nearly-done": "작업 {job:+은/는} 물체를 내려놓는 중이라 취소하기에 늦었습니다.",
    "job-is-returning": "작업 {job:+은/는} 이미 취소되어 물건을 되돌려 놓는 중입니다.",
    # Why no robot can do a job
    "no-robots": "작업을 맡을 수 있는 로봇이 없습니다. 로봇을 켜거나 운용을 승인해 주세요.",
    "not-capable": "{robot}({kind})에는 {needs:needs} 기능이 없습니다.",
    "payload-too-heavy": "{payload} kg은 너무 무겁습니다. {robot:+은/는} {most} kg까지 실을 수 있습니다.",
    "not-this-robot": "이 작업은 {robot:+이/가} 아니라 {wanted}에게 지정된 것입니다.",
    "unreachable": "{robot:+이/가} {place}까지 갈 수 있는 길이 없습니다.",
    "no-way-back": "{robot:+이/가} {place}에서 충전기로 돌아올 수 있는 길이 없습니다.",
    "zone-closed": "{place:+은/는} 폐쇄된 구역 {zone} 안에 있습니다. 구역을 열거나 다른 장소를"
    " 고르세요.",
    "way-closed": "{place}까지 가는 길이 폐쇄된 구역 {zone:+을/를} 지납니다. 구역을 열거나 다른 장소를"
    " 고르세요.",
    "lane-not-for-robot": "{robot:+이/가} {place}까지 갈 수 없습니다. 통로 {lane:+은/는} {fault:misfit}.",
    "permit-needed": "{place:+은/는} 구역 {zone} 안에 있는데 {robot}에는 출입 허가({permit})가 없습니다.",
    "battery-too-small": "{robot:+은/는} 완전히 충전해도 작업을 마치고 충전기에 가면 배터리가 {after}만"
    " 남아 예비량 {reserve}에 못 미칩니다.",
    "battery-too-low": "{robot}의 배터리는 {soc}입니다. 작업을 마치고 충전기에 가면 {after}만 남아"
    " 예비량 {reserve}에 못 미치므로 먼저 충전해야 합니다.",
    "battery-unknown": "{robot}의 배터리 잔량을 알 수 없습니다.",
    # Why a robot got a job
    "soonest-done": "모든 로봇 가운데 {robot:+이/가} 가장 빨리 마칠 수 있습니다.",
    "best-for-all": "이 작업만 보면 더 빠른 로봇이 있지만, {robot:+이/가} 맡아야 대기 중인 작업 전체가 더"
    " 빨리 끝납니다.",
    "team-gathered": "작업 {job}의 이 역할에 남은 로봇 가운데 {robot:+이/가} 가장 빨리 마칩니다. 맡을 수"
    " 있는 로봇이 가장 적은 역할부터 배정했습니다.",
    "team-incomplete": "작업 {job}의 로봇 한 대가 빠졌고 지금은 대신할 로봇이 없습니다. 로봇이 충분해지면"
    " 다시 시작합니다.",
    "team-broken": "함께 하던 작업 {job:+이/가} 끝까지 가지 못해 이 작업도 그만둡니다.",
    "robot-taken": "{robot:+은/는} 덜 급한 작업 {other}에 가던 중이었습니다. {why:reason}",
    "job-preempted": "이 작업에 가던 {robot:+을/를} 더 급한 작업 {other}에 돌렸습니다.",
    "job-handed-on": "{robot:+이/가} 가던 작업이지만 {other:+이/가} 맡는 편이 더 낫습니다.",
    "choice-cost": "{robot}의 예상 소요 시간은 {cost:time}입니다(출발지까지 {pickup:time}, 작업"
    " {work:time}). 충전기에 닿을 때 배터리는 {battery} 남습니다.",
    "choice-next-best": "다음 후보는 {robot:+으로/로}, {cost:time} 걸려 {difference:time} 더 늦습니다.",
    "choice-next-sooner": "이 작업만 맡았다면 {robot:+은/는} {cost:time} 걸려 {difference:time} 더"
    " 빨랐을 것입니다.",
    "choice-only-one": "다른 로봇 중에는 할 수 있는 로봇이 없었습니다.",
    "choice-unable": "로봇 {count}대는 이 작업을 할 수 없었습니다.",
    "robots-cannot": "{robots} ({count}대): {why:reason}",
    # How a job stands
    "job-not-due": "{kind:job} 작업 {job:+은/는} {starts_in:time} 뒤부터 시작할 수 있습니다.",
    "job-follows": "{kind:job} 작업 {job:+은/는} 다음 작업이 끝나야 시작합니다: {jobs}.",
    "job-queued": "{kind:job} 작업 {job:+이/가} {waited:time}째 로봇을 기다리고 있습니다.",
    "job-assigned": "{kind:job} 작업 {job:+은/는} {robot:+이/가} 맡아 출발을 준비하고 있습니다.",
    "job-in-phase": "{kind:job} 작업 {job:+은/는} {status:status} 상태이고, {robot:+은/는} {phase:phase}"
    " 단계입니다({total}단계 중 {number}단계, {place}).",
    "job-paused": "작업 {job:+이/가} 일시 정지되어 있습니다. 계속하려면 재개해 주세요.",
    "job-joint": "{kind:job} 작업 {job:+은/는} 로봇 {parts}대가 함께 하며, {status:status} 상태입니다.",
    "job-is-part": "작업 {job}의 한 부분입니다.",
    "job-ended": "{kind:job} 작업 {job:+은/는} {took:time} 만에 끝났습니다({status:status},"
    " 로봇 {robot}).",
    "job-ends-in": "약 {left:time} 뒤에 끝날 예정입니다.",
    "job-in-time": "마감까지 {spare:time}의 여유가 있습니다.",
    "job-is-late": "작업 {job:+이/가} 늦어지고 있습니다. 마감을 {late:time} 넘깁니다.",
    "job-was-late": "작업 {job:+은/는} 마감보다 {late:time} 늦게 끝났습니다.",
    "job-stranded": "이제 작업 {job:+을/를} 할 수 있는 로봇이 없습니다. {why:reason} 로봇을 기다리려면"
    " 그대로 두고, 아니면 취소하세요.",
    "job-failed": "작업 {job:+이/가} 실패했습니다. {why:reason}",
    "deadline-missed": "작업 {job:+이/가} 마감을 넘겼고 아직 끝나지 않았습니다.",
    "goal-unreachable": "{robot:+이/가} {place}까지 갈 수 있는 열린 길이 없습니다. 사이의 구역({zone})을"
    " 열거나 작업을 취소하세요.",
    "cancelled-by": "{requester:person+이/가} 취소했습니다.",
    "no-show": "{place}에 아무도 나오지 않았습니다.",
    "action-failed": "{robot:+이/가} {action:action}에 실패했습니다(로봇의 설명: {result:said}).",
    "load-dropped": "{robot:+이/가} 물건을 떨어뜨렸을 수 있습니다. 현장을 확인해 주세요.",
    "load-without-job": "{robot:+이/가} 어느 작업에도 속하지 않는 물건을 싣고 있습니다. 꺼낸 뒤 로봇을"
    " 해제해 주세요.",
    "arms-without-job": "{robot:+이/가} 작업이 중간에 끝나 팔을 뻗은 채 서 있습니다. 손이 비었고 팔이"
    " 제자리에 있는지 확인한 뒤 로봇을 해제해 주세요.",
    "robot-removed": "{requester:person+이/가} {robot:+을/를} 운용에서 뺐습니다.",
    "robot-silent": "{robot:+이/가} 응답하지 않습니다.",
    # What a robot does, and why it waits
    "robot-does": "{robot}({kind})의 현재 상태: {mission:state}, 배터리 {battery:charge}.",
    "job-planned": "{robot:+이/가} 다른 작업 {before}건을 마친 뒤 맡을 예정입니다.",
    "plan-parts": "이 계획의 작업 수는 {jobs}이고, 평균 {completion:time} 뒤에 끝납니다(마감 초과 합계"
    " {late:time}, 빈 주행 합계 {empty:time}).",
    "robot-waits": "{who:+이/가} 기다리는 이유: {why:reason}",
    "robot-goes-on": "{robot:+은/는} 막힌 데 없이 움직이고 있습니다.",
    "robot-next-in-line": "쉬고 있으며, 다음 배정 때 작업을 받습니다.",
    "robot-held-up": "{robot:+이/가} 더 나아갈 수 없습니다. {why:reason}",
    "robot-stuck": "{robot:+이/가} 갈 수 있는데도 {after:time}째 움직이지 않습니다."
    " 무엇이 막는지 확인하세요.",
    "check-failed": "교통 독립 검사에서 {what:finding} 문제가 발견되었습니다({robots}): {detail}.",
    "robot-awaits-help": "{robot:+은/는} 사람의 확인을 기다리고 있습니다. 알림에 답해 주세요.",
    "robot-laden": "{robot}에 아직 물건이 실려 있을 수 있습니다.",
    "robot-has-job": "작업 {job:+을/를} 하고 있습니다.",
    "robot-not-commissioned": "{robot:+은/는} 운용 승인을 받지 않았습니다. 작업을 맡기려면 승인해 주세요.",
    "robot-charges-ahead": "{robot:+은/는} 배터리가 줄기 전에 미리 충전합니다. 나중에는 충전기가"
    " 모자랍니다.",
    "robot-acts": "{action:action} 중입니다.",
    "stop-held": "{requester:person}의 정지 요청 {stop:+이/가} 걸려 있습니다. 안전을 확인한 뒤 해제해"
    " 주세요.",
    "robot-blocked": "앞에 장애물이 있습니다({state:state}). 길이 트이면 스스로 갑니다.",
    "robot-crosses": "{robot:robot+이/가} 다른 그룹 구역으로 넘어가는 중입니다.",
    "robot-in-line": "{robot:robot+은/는} 비켜 갈 수 없는 길에 다른 로봇들과 줄지어 있습니다.",
    "peer-unsound": "{peer} 그룹의 관리자가 있을 수 없는 값({message}의 {field})을 보내 무시했습니다. 모든"
    " 관리자가 같은 지도와 그룹, 로봇 종류를 쓰게 하세요.",
    "robot-epoch-old": "{group} 그룹이 {robot:+을/를} 들여보내지 않습니다. 그쪽 기록으로는 우리 다음에 다른"
    " 그룹이 맡은 로봇입니다. 모든 관리자의 시계를 맞춘 뒤 여기서 {robot:+을/를} 빼면 다시 합류합니다.",
    "wait-gate": "{group} 그룹이 들여보내 줄 때까지 기다립니다(막고 있는 것: {who}).",
    "wait-turn": "둘 다 지나야 하는 곳을 {robot:robot+이/가} 먼저 지나갑니다.",
    "wait-ground": "{robot:robot+이/가} 아직 앞길에 있습니다.",
    "wait-no-way": "서 있는 로봇들이 모든 길을 막고 있습니다(맨 앞: {robot:robot}).",
    "wait-put-off": "더 급한 로봇이 먼저 갑니다.",
    "wait-zone-full": "구역 {zone:+이/가} 꽉 찼습니다.",
    "wait-team": "{robot:+이/가} 아직 만나는 장소에 오지 않았습니다.",
    "wait-team-done": "{robot:+이/가} 아직 일하고 있으며, 끝나면 함께 움직입니다.",
    "wait-team-robot": "공동 작업 가운데 {job}에는 아직 로봇이 없습니다.",
    "cannot-meet": "로봇들이 동시에 자리에 설 수 없습니다. {place}에 서면 다른 로봇의 하나뿐인 길을"
    " 막습니다. 만날 장소를 바꾸세요.",
    "wait-next-step": "막는 것은 없으며, 곧 다음 단계로 넘어갑니다.",
    "no-free-charger": "{robot:+은/는} 충전해야 하는데, 갈 수 있는 충전기 가운데 빈 곳이 없습니다.",
    # What a robot's states allow
    "robot-not-online": "로봇과 통신이 되지 않습니다({state:state}). 전원과 통신을 확인하세요.",
    "robot-not-automatic": "로봇이 {state:state} 상태입니다. 자동 운전으로 돌려 주세요.",
    "robot-in-other-hands": "다른 프로그램이 로봇을 제어하고 있습니다. 먼저 그 제어를 끝내세요.",
    "robot-stopped": "로봇이 멈춰 있습니다({state:state}). 먼저 다시 움직일 수 있어야 합니다.",
    "robot-needs-release": "로봇이 안전을 위해 멈췄습니다. 사람이 확인하고 해제해 주세요.",
    "robot-needs-assist": "로봇이 스스로 움직이지 못합니다. 도와주세요.",
    "robot-battery-critical": "로봇 배터리가 거의 없습니다. 충전기로 옮겨 주세요.",
    "robot-battery-low": "로봇을 먼저 충전해야 합니다(배터리 {state:state}).",
    "robot-battery-out": "로봇의 배터리 팩을 교체하는 중입니다.",
    "robot-needs-care": "로봇이 서거나 움직일 수 없습니다({state:state}). 도와주세요.",
    "robot-lid-open": "로봇의 덮개가 {state:state} 상태입니다. 닫아 주세요.",
    "robot-not-on-a-leg": "로봇이 이동 중이 아닙니다({state:state}).",
    "robot-on-charger": "로봇이 아직 충전기에 있습니다({state:state}).",
    "robot-not-balanced": "로봇이 균형을 잡고 서 있지 않습니다({state:state}).",
    "robot-hands-busy": "로봇의 손이 비어 있지 않습니다({state:state}).",
    "robot-busy": "로봇이 다른 일을 하고 있습니다({state:state}).",
    "robot-not-standing": "로봇이 아직 멈춰 서지 않았습니다({state:state}).",
    "robot-wrong-mission": "로봇이 지금 하는 일과 맞지 않습니다({state:state}).",
    "robot-not-to-be-readied": "지금 상태에서는 로봇을 일으킬 수 없습니다({state:state}).",
    "robot-posture-unknown": "로봇의 자세를 알 수 없습니다. 먼저 확인해 주세요.",
    "robot-cannot": "이 종류의 로봇은 “{action:action}” 동작을 하지 못합니다.",
    "robot-wrong-phase": "손이 {state:state} 단계일 때는 “{action:action}” 동작을 할 수 없습니다.",
    "robot-trigger-unknown": "“{trigger}”{trigger:particle+은/는} {family} 로봇에 없는 동작입니다.",
    "robot-not-from-here": "지금은 할 수 없습니다({trigger:trigger}, 현재 {states:states}).",
    "robot-guards-refuse": "{state:state} 상태에서 아직 할 수 없습니다({trigger:trigger})."
    " 필요한 조건: {guards:guard}.",
    # Robots that join, and what people are told of them
    "robot-kind-unknown": "{robot:+은/는} 종류가 “{kind}”라고 하는데 등록된 종류는 {known}입니다."
    " 로봇 종류를 추가해 주세요.",
    "robot-off-the-map": "{robot:+이/가} {where}에 있어 가장 가까운 길에서 {within} m 넘게 떨어져"
    " 있습니다. 길 위로 옮겨 주세요.",
    "robot-on-others-ground": "{robot:+이/가} {where}에 있어 {owner}의 자리와 겹칩니다. 둘 중 하나를"
    " 옮겨 주세요.",
    "robot-has-other-ground": "{robot:+이/가} 이전 관제가 허가한 구간을 아직 주행하고 있습니다. 그 끝에"
    " 멈추면 합류합니다.",
    "robot-speaks-as-another": "{robot}의 키로 온 메시지에 로봇 이름이 {other:+으로/로} 되어 있습니다."
    " 받아들이지 않습니다.",
    "robot-speaks-twice": "두 프로그램이 동시에 {robot:+이라고/라고} 합니다. 하나를 끝내거나 누구인지"
    " 확인해 주세요. 세션: {sessions}.",
    "robot-connected-twice": "{robot}의 인증서로 두 곳에서 동시에 접속해 있습니다. 프로그램이 두 번"
    " 실행되었거나 누군가 로봇의 키를 가지고 있습니다. 접속 위치: {where}.",
    "robot-connected-unheard": "{robot:+이/가} {where}에서 접속했지만 아무 소식이 없습니다. 자기 것이"
    " 아닌 키로 보내서 거부되고 있거나, 인증서가 허용되지 않았습니다.",
    "drive-not-allowed": "여기서는 {robot:+을/를} 움직일 수 없습니다. 브리지 파일의"
    " `drive`에서 허용해 주세요.",
    "drive-robot-busy": "{robot:+은/는} 다른 목표로 가고 있습니다. 그 목표를 취소하거나"
    " 끝나기를 기다려 주세요.",
    "drive-robot-has-fleet": "여기서는 fleet_manager가 {robot:+을/를} 포함한 로봇을 관제합니다."
    " 작업으로 요청해 주세요.",
    "drive-robot-restarted": "{robot}의 프로그램이 다시 시작되었습니다. 목표를 다시 보내 주세요.",
    "drive-robot-silent": "{robot}에서 더 이상 소식이 없습니다.",
    "drive-bad-goal": "할 수 없는 요청입니다: {what}.",
    "drive-no-stop": "여기서 {robot}에 정지를 요청한 적이 없습니다. stop_id를 적어 주세요.",
    "drive-one-robot": "브리지는 로봇을 한 대씩만 멈추고 풀어 줍니다. scope에 `robot`을,"
    " 그리고 그 id를 적어 주세요.",
    "robot-id-taken": "{robot:+은/는} {known:+으로/로} 알려져 있습니다. {other}에서 오는 메시지는"
    " 받아들이지 않습니다.",
    "robot-on-two-links": "{robot:+이/가} 두 통신망(예: ROS와 Zenoh)에서 동시에 보고하고 있습니다."
    " 로봇이 두 대라면 이름을 다르게 정해 주세요.",
    "robot-refuses-stop": "{robot:+이/가} 정지 요청을 거부했습니다: {why}. 현장에서 직접 정지시키고 로봇의"
    " 시계를 확인해 주세요.",
    "stop-found": "{robot:+이/가} 기록에 없는 정지 요청 {stop:+으로/로} 멈춰 있습니다. 요청이 저장되기 전에"
    " 관제 프로그램이 종료되었습니다. 안전을 확인한 뒤 해제해 주세요.",
    "robot-alarm": "{robot:+이/가} {alarm} 알람을 보냈습니다: {text}.",
    "robot-not-announced": "{robot:+이/가} 보고는 하지만 제원(factsheet)을 알리지 않았습니다.",
    "robot-surprise": "{robot}의 {layer:layer} 상태가 설명 없이 바뀌었습니다: {before:state} →"
    " {told:state}. 확인해 주세요.",
    "robot-overdue": "{robot:+이/가} {after:time} 넘게 {state:state} 상태입니다({layer:layer})."
    " 지금쯤이면 다음이 되었어야 합니다: {expected:trigger}.",
    "robot-event": "{robot}: {event:trigger}.",
    # Why a certificate is not made, changed or used
    "keys-exist": "{folder}에 이미 키가 있습니다. 덮어쓰지 않으니 다른 폴더를 고르세요.",
    "no-such-certificate": "“{name}”의 인증서가 없습니다. `suwon-fleet keys list`로 확인하세요.",
    "certificate-exists": "{name}에게 이미 유효한 {role} 인증서가 있습니다. 교체하거나 폐기하세요.",
    "certificates-revoked": "{name}의 유효한 인증서가 없습니다. 새로 발급하세요.",
    "nothing-to-revoke": "{name}의 인증서 가운데 폐기할 것이 없습니다.",
    "certificate-without-host": "{name}의 인증서에 호스트 이름이 없어 아무도 접속할 수 없습니다."
    " 폐기하고 --host로 다시 발급하세요.",
    "authority-over": "{folder}의 인증 기관이 만료되었습니다. 새로 만드세요.",
}
