# A bare Durable Object on the workerd binary that stores each message in SQLite, in the directory that is given for `storage`.
using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    (name = "room", worker = .room),
    (name = "storage", disk = (writable = true)),
  ],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "room")],
);

const room :Workerd.Worker = (
  modules = [
    (name = "durable-object.mjs", esModule = embed "durable-object.mjs"),
    (name = "announce.mjs", esModule = embed "announce.mjs"),
  ],
  compatibilityDate = "2026-11-01",
  bindings = [(name = "ROOM", durableObjectNamespace = "StoringRoom")],
  durableObjectNamespaces = [(className = "StoringRoom", uniqueKey = "room", enableSql = true)],
  durableObjectStorage = (localDisk = "storage"),
);
