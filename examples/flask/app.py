"""Classified ads with a sign-in of their own. Who answers an ad gets a chat with its seller: a thread that this backend makes."""

import base64
import hashlib
import hmac
import json
import os
import secrets
import time
import urllib.parse
import urllib.request

from flask import Flask, abort, redirect, render_template, request, session
from werkzeug.security import check_password_hash, generate_password_hash

LILYPAD_URL = os.environ.get("LILYPAD_URL", "http://localhost:8787")
AUTH_SECRET = os.environ["AUTH_SECRET"]
SERVER_SECRET = os.environ["SERVER_SECRET"]

app = Flask(__name__)
app.config.update(SECRET_KEY=secrets.token_bytes(32), SESSION_COOKIE_SAMESITE="Lax")

# The application's own: its users and what they sell.
USERS = {
    "ada": {"name": "Ada Lovelace", "password": generate_password_hash("analytical")},
    "ben": {"name": "Ben Franklin", "password": generate_password_hash("electric")},
}
ADS = {1: {"title": "A kite, used once", "seller": "ben"}}


def base64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def signed(claims, secret):
    """A JWT of these claims, signed by HMAC with SHA-256."""
    parts = [{"alg": "HS256", "typ": "JWT"}, claims]
    unsigned = ".".join(base64url(json.dumps(part).encode()) for part in parts)
    signature = hmac.new(secret.encode(), unsigned.encode(), hashlib.sha256).digest()
    return f"{unsigned}.{base64url(signature)}"


def user_token(user_id):
    """By this a browser chats as the user."""
    now = int(time.time())
    return signed({"sub": user_id, "name": USERS[user_id]["name"], "iat": now, "exp": now + 600}, AUTH_SECRET)


def call_lilypad(method, path, body):
    """A request of this server itself, which may do everything. Raises an HTTPError where it is refused."""
    now = int(time.time())
    token = signed({"iat": now, "exp": now + 60}, SERVER_SECRET)
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    data = json.dumps(body).encode()
    call = urllib.request.Request(LILYPAD_URL + path, data=data, method=method, headers=headers)
    with urllib.request.urlopen(call, timeout=10) as response:
        return json.load(response)


@app.get("/")
def ads():
    user_id = session.get("user_id")
    return render_template("ads.html", ads=ADS, user_id=user_id, user=USERS.get(user_id))


@app.post("/sign-in")
def sign_in():
    user = USERS.get(request.form["user"])
    if user is None or not check_password_hash(user["password"], request.form["password"]):
        abort(403, "Wrong user or password.")
    session["user_id"] = request.form["user"]
    return redirect("/", 303)


@app.post("/sign-out")
def sign_out():
    session.clear()
    return redirect("/", 303)


@app.post("/ads/<int:ad_id>/chat")
def start_chat(ad_id):
    """Makes the chat between a buyer and the seller, once: asked again, it changes nothing."""
    buyer = session.get("user_id") or abort(401)
    ad = ADS.get(ad_id) or abort(404)
    if buyer == ad["seller"]:
        abort(403, "This ad is your own.")
    key = f"ad-{ad_id}-{buyer}"
    members = [{"id": user_id, "name": USERS[user_id]["name"]} for user_id in {buyer, ad["seller"]}]
    thread = {"kind": "group", "name": ad["title"], "members": members, "data": {"ad": ad_id}}
    call_lilypad("PUT", "/api/threads/" + urllib.parse.quote(f"key:{key}", safe=""), thread)
    return redirect(f"/chats/{key}", 303)


@app.get("/chats/", defaults={"key": None})
@app.get("/chats/<key>")
def chats(key):
    if "user_id" not in session:
        return redirect("/", 303)
    # Lilypad shows a thread to its members alone: the key is no secret.
    return render_template("chats.html", key=key, lilypad_url=LILYPAD_URL)


@app.post("/chat-token")
def chat_token():
    """Lilypad's element asks here for a token of whoever is signed in."""
    user_id = session.get("user_id") or abort(401)
    return {"token": user_token(user_id)}, {"Cache-Control": "no-store"}


if __name__ == "__main__":
    app.run(port=int(os.environ.get("PORT", "3000")))
