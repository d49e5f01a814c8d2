"""Flask-SocketIO on eventlet, as in its documentation's chat: rooms, and a broadcast for each message."""

import json
import os
import sys
import threading
import time

import eventlet
import eventlet.wsgi
from flask import Flask, request
from flask_socketio import SocketIO, emit, join_room

app = Flask(__name__)
socketio = SocketIO(app, async_mode="eventlet", cors_allowed_origins="*")
users = {}
stored = 0


@socketio.on("connect")
def connect():
    room, user = request.args["room"], request.args["user"]
    users[request.sid] = room, {"id": user, "name": user}
    join_room(room)
    emit("welcome")


@socketio.on("disconnect")
def disconnect():
    users.pop(request.sid, None)


@socketio.on("chat")
def chat(message):
    global stored
    stored += 1
    room, author = users[request.sid]
    at = int(time.time() * 1000)
    emit("chat", {"seq": stored, **message, "author": author, "at": at}, to=room)
    return {"seq": stored}


def end_with_parent():
    """The parent holds the other end of stdin: it closes when the parent ends, however that happens."""
    sys.stdin.buffer.read()
    os._exit(0)


listener = eventlet.listen(("127.0.0.1", 0), backlog=16384)
print(json.dumps({"port": listener.getsockname()[1]}), flush=True)
threading.Thread(target=end_with_parent, daemon=True).start()
eventlet.wsgi.server(listener, app, log_output=False, max_size=20000)
