#!/bin/sh
# Sends a message into a chat, as a backend does, and shows what is in the chat then.
#
#   API_TOKEN=… ./send-message.sh CHAT TEXT [MESSAGE_ID]
#
# INGRESS is the address of the HTTP side (default http://127.0.0.1:7000). Run it twice with one
# MESSAGE_ID: the second answer is the first one again, with "duplicate": true, and nothing is sent.
set -eu

: "${API_TOKEN:?set API_TOKEN to the token that npm start prints}"
ingress=${INGRESS:-http://127.0.0.1:7000}
chat=${1:?which chat?}
text=${2:?which text?}
id=${3:-curl-$(date +%s)-$$}

# JSON needs its quotes and backslashes escaped; a line break becomes \n.
quote() {
  printf '%s' "$1" | sed -e 's/\\/\\\\/g' -e 's/"/\\"/g' -e 's/	/\\t/g' | awk 'NR > 1 { printf "\\n" } { printf "%s", $0 }'
}

call() {
  # --fail-with-body: a problem (4xx, 5xx) is shown, and the script fails.
  # The token goes in by stdin: what is on a command line can be read by everybody on the machine.
  printf 'header = "Api-Token: %s"\n' "$API_TOKEN" |
    curl --config - --silent --show-error --fail-with-body --max-time 10 "$@"
  echo
}

body=$(
  cat <<JSON
{
  "id": "$(quote "$id")",
  "chat_id": "$(quote "$chat")",
  "type": "bot",
  "text": "$(quote "$text")"
}
JSON
)

# 503, a timeout or a broken connection leave it open whether it was sent. The same id again is safe:
# that is what --retry does here.
call --retry 3 --header 'Content-Type: application/json' --data "$body" "$ingress/message"

# A chat's id may hold anything: in a path it is percent-encoded.
encode() {
  printf '%s' "$1" | od -An -v -tx1 | tr -d '\n' | sed 's/ /%/g'
}

call "$ingress/chats/$(encode "$chat")/events?limit=200"
