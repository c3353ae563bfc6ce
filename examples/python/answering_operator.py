"""An operator who answers every visitor, with Debian's python3-websockets and nothing else.

    python3 answering_operator.py ws://127.0.0.1:7001 TOKEN

It listens on /broadcast, where every chat is heard, and answers on /chat, one socket for each chat.
After a break it comes back with `since`, so that no visitor is left without an answer.
(Not called operator.py: Python's own library has a module of that name.)
"""

import asyncio
import collections
import json
import random
import sys
import urllib.parse
import uuid

import websockets


def connect(base, path, token, **query):
    """The token goes with the handshake as a subprotocol: URLs end up in access logs."""
    query = {name: value for name, value in query.items() if value is not None}
    url = f"{base}{path}?{urllib.parse.urlencode(query)}" if query else base + path
    return websockets.connect(url, subprotocols=["bearer", token], max_size=2**20)


def frame(event, data, request_id=None):
    return json.dumps({"event": event, "data": data, "id": request_id})


async def answer(base, token, chat_id, text):
    """Sends one message to a chat and waits until it is accepted."""
    async with connect(base, "/chat", token, chat_id=chat_id) as socket:
        # Sent again under the same id after a break, a message arrives once.
        message_id = str(uuid.uuid4())
        message = {"client_message_id": message_id, "text": text}
        await socket.send(frame("sendMessage", message, message_id))
        async for raw in socket:
            reply = json.loads(raw)
            if reply.get("request_id") != message_id:
                continue  # what others do in the room meanwhile
            if reply["event"] != "messageAdded":
                raise RuntimeError(f"not accepted: {reply['data']}")
            return reply["data"]["message"]


async def listen(base, token, since, seen):
    """Answers visitors until the connection ends. Gives the position to come back with."""
    async with connect(base, "/broadcast", token, since=since) as socket:
        try:
            async for raw in socket:
                event = json.loads(raw)
                if event["event"] in ("connected", "checkpoint"):
                    # The one complete `since`: it holds a position for each partition.
                    since = event["data"]["position"]
                    if event["event"] == "connected":
                        print("connected", flush=True)
                elif event["event"] == "messageAdded" and event["event_id"] not in seen:
                    seen.append(event["event_id"])  # what came after the last checkpoint comes again
                    await reply_to(base, token, event["data"]["message"])
        except websockets.ConnectionClosed as closed:
            if closed.rcvd and 4500 <= closed.rcvd.code <= 4999:
                raise SystemExit(f"closed for good: {closed.rcvd}")
    return since


async def reply_to(base, token, message):
    """Answers visitors only: an operator that answers itself would never stop."""
    user = message.get("user") or {}
    if user.get("role") != "client":
        return
    name = user.get("name") or user["id"]
    sent = await answer(base, token, message["chat_id"], f"Hello {name}, you wrote: {message.get('text')}")
    print(f"answered {name} in {message['chat_id']}: {sent['text']}", flush=True)


async def main(base, token):
    since = None
    seen = collections.deque(maxlen=10_000)
    while True:
        try:
            since = await listen(base, token, since, seen)
        except (OSError, websockets.InvalidHandshake) as error:
            print(f"no connection: {error}", file=sys.stderr, flush=True)
        # Spread over time, or everybody comes back to a restarted server in the same moment.
        await asyncio.sleep(random.uniform(0.5, 2))


if __name__ == "__main__":
    if len(sys.argv) != 3:
        raise SystemExit(__doc__)
    try:
        asyncio.run(main(sys.argv[1].rstrip("/"), sys.argv[2]))
    except KeyboardInterrupt:
        pass
