#!/bin/sh
# Tells how a run of `fiscal report` ended, by mail (MAIL_TO) and to a chat's webhook (CHAT_URL); for --on-finish,
# which gives the path of the run's record.
set -eu

summary=$(python3 - "$1" <<'PYTHON'
import json, sys

run = json.load(open(sys.argv[1], encoding="utf-8"))
failed = [report for report in run["reports"] if report["error"]]
print("fiscal report {status}: {made} made, {failed} failed, {fresh} were up to date".format(
    status=run["status"], made=len(run["reports"]) - len(failed), failed=len(failed), fresh=run["fresh"]))
for report in failed:
    print("{document} {language} {notebook}: {error}".format(**report))
PYTHON
)
printf '%s\n' "$summary"

if [ -n "${MAIL_TO:-}" ]; then
  printf '%s\n' "$summary" | mail -s "fiscal report: $FISCAL_STATUS" "$MAIL_TO"
fi
if [ -n "${CHAT_URL:-}" ]; then # the form that WeCom and DingTalk take; Slack takes {"text": ...}
  printf '%s' "$summary" |
    python3 -c 'import json, sys; print(json.dumps({"msgtype": "text", "text": {"content": sys.stdin.read()}}))' |
    curl -fsS -H 'Content-Type: application/json' --data-binary @- "$CHAT_URL"
fi
