"""A forum whose members chat."""

import base64
import hashlib
import hmac
import json
import os
import secrets
import time
import urllib.request

from flask import Flask, abort, redirect, render_template, request, send_from_directory, session
from werkzeug.security import check_password_hash, generate_password_hash

LILYPAD_URL = os.environ.get("LILYPAD_URL", "http://localhost:8787")
SESSION_SECONDS = 24 * 60 * 60

app = Flask(__name__)
app.config.update(SECRET_KEY=secrets.token_bytes(32), SESSION_COOKIE_SAMESITE="Lax")

USERS = {
    "ada": {"password": generate_password_hash("analytical")},
    "ben": {"password": generate_password_hash("electric")},
}


def user_json(user_id):
    return {"id": user_id, "username": user_id, "profileImg": None}


def signed(secret, seconds, **claims):
    """A JWT of these claims, signed by HMAC with SHA-256."""
    issued_at = int(time.time())
    claims = {**claims, "iat": issued_at, "exp": issued_at + seconds}
    parts = [json.dumps(part).encode() for part in ({"alg": "HS256", "typ": "JWT"}, claims)]
    unsigned = b".".join(base64.urlsafe_b64encode(part).rstrip(b"=") for part in parts)
    signature = hmac.new(os.environ[secret].encode(), unsigned, hashlib.sha256).digest()
    return (unsigned + b"." + base64.urlsafe_b64encode(signature).rstrip(b"=")).decode()


def call_lilypad(method, path, headers, body=None):
    data = None if body is None else json.dumps(body).encode()
    headers = {**headers, "Content-Type": "application/json"}
    call = urllib.request.Request(LILYPAD_URL + path, data=data, method=method, headers=headers)
    return urllib.request.urlopen(call, timeout=10)


def passing_cookie_on(response, answer):
    """Lilypad's session cookie, which the browser sends to Lilypad, at the same host as this application."""
    for cookie in answer.headers.get_all("Set-Cookie", []):
        response.headers.add("Set-Cookie", cookie)
    return response


@app.before_request
def require_sign_in():
    if request.path.startswith("/api/") and "user_id" not in session:
        abort(401)


@app.get("/")
def forum():
    return render_template("forum.html", user_id=session.get("user_id"), backend_url=LILYPAD_URL)


@app.get("/socket.io.min.js")
def socket_io_client():
    return send_from_directory(f"{app.root_path}/../../node_modules/socket.io-client/dist", "socket.io.min.js")


@app.post("/sign-in")
def sign_in():
    user = USERS.get(request.form["user"])
    if user is None or not check_password_hash(user["password"], request.form["password"]):
        abort(403, "Wrong user or password.")
    session["user_id"] = user_id = request.form["user"]
    token = signed("AUTH_SECRET", SESSION_SECONDS, sub=user_id, name=user_id)
    answer = call_lilypad("POST", "/api/session", {"Authorization": f"Bearer {token}"})
    return passing_cookie_on(redirect("/", 303), answer)


@app.post("/sign-out")
def sign_out():
    session.clear()
    answer = call_lilypad("DELETE", "/api/session", {"Cookie": request.headers.get("Cookie", "")})
    return passing_cookie_on(redirect("/", 303), answer)


@app.get("/api/auth")
def auth():
    return user_json(session["user_id"])


@app.get("/api/users")
def users():
    return {"users": [user_json(user_id) for user_id in USERS]}


if __name__ == "__main__":
    # So that chats can be started with members who have not signed in yet.
    server = {"Authorization": f"Bearer {signed('SERVER_SECRET', 60)}"}
    for user_id in USERS:
        call_lilypad("PUT", f"/api/users/{user_id}", server, {"name": user_id})
    app.run(port=int(os.environ.get("PORT", "3000")))
