/** The parts of a thread's object: how they are made, what each is given of the others, and the duties of the alarm. */
import { configOf } from "../config/config.ts";
import type { AlarmScheduler } from "../durable/alarm-scheduler.ts";
import { Holds } from "../durable/holds.ts";
import type { User } from "../protocol/model.ts";
import { SYSTEM_ID } from "../protocol/system-user.ts";
import { Connections } from "../sockets/connections.ts";
import { RoomCommands } from "../sockets/room-commands.ts";
import { RoomSessions } from "../sockets/room-sessions.ts";
import { Admission } from "./admission.ts";
import { Broadcaster } from "./broadcasting/broadcaster.ts";
import { Relays } from "./broadcasting/relays.ts";
import { Reservations } from "./consent/reservations.ts";
import { Creation } from "./creation.ts";
import { Deletion } from "./deletion.ts";
import { contentFilters } from "./filters/content-filters.ts";
import { BeforeSend } from "./host-server/before-send.ts";
import { DeletedThreads } from "./host-server/deleted-threads.ts";
import { Webhooks } from "./host-server/webhooks.ts";
import { ProfileChanges } from "./members/profile-changes.ts";
import { ReadMarkerUpdates } from "./members/read-marker-updates.ts";
import { Purging } from "./moderation/purging.ts";
import { AllThreadsRate } from "./notifying/all-threads-rate.ts";
import { Notifier } from "./notifying/notifier.ts";
import { HostReports } from "./reports/host-reports.ts";
import { ReportNotifier } from "./reports/report-notifier.ts";
import { ThreadStore } from "./thread-store.ts";
import { RelayedCommands } from "./writing/relayed-commands.ts";
import { SenderRates } from "./writing/sender-rates.ts";
import { socketCommands } from "./writing/socket-commands.ts";
import { Writer } from "./writing/writer.ts";

/** As whom the thread itself runs a command. */
const HOST: User = { id: SYSTEM_ID, name: SYSTEM_ID };

export type ThreadParts = ReturnType<typeof threadParts>;

/** Makes the parts, and registers their duties with the alarm. */
export function threadParts(ctx: DurableObjectState, env: Env, alarm: AlarmScheduler) {
  const config = configOf(env);
  const connections = new Connections(ctx);
  const store = new ThreadStore(ctx, env);
  const relays = new Relays(ctx, env, alarm, store);
  const broadcaster = new Broadcaster(connections, relays, store);
  const { room } = broadcaster;
  const sessions = new RoomSessions(alarm, connections, room, () => !store.current?.isDeleting);
  const allThreads = new AllThreadsRate(new Holds(ctx.storage.sql), config.userRate.burst);
  const reservations = new Reservations(env, ctx.id.toString(), store);
  const notifier = new Notifier(ctx, env, alarm, store, { commands: allThreads, reservations });
  const webhooks = new Webhooks(ctx, env, alarm, store);
  const reports = new ReportNotifier(ctx, env, alarm, store, webhooks);
  const purging = new Purging(alarm, store, () => writer.run(HOST, { type: "purge" }, "server"));
  const writer = new Writer(
    {
      storage: ctx.storage,
      store,
      broadcaster,
      notifier,
      webhooks,
      reports,
      purging,
      beforeSend: config.beforeSend && new BeforeSend(config.beforeSend),
      filters: contentFilters(config.filters),
    },
    new SenderRates(config.rate, allThreads),
    [(user, _command, by) => (by === "server" ? undefined : allThreads.check(user.id))],
  );
  const readMarkers = new ReadMarkerUpdates(ctx, { store, broadcaster, notifier }, config);
  const profileChanges = new ProfileChanges(ctx, env, { store, broadcaster, notifier });
  const inRoom = {
    connections,
    room,
    store,
    broadcaster,
    relays,
    writer,
    readMarkers,
    profileChanges,
    sessions,
  };
  const deletedThreads = new DeletedThreads(ctx.storage, env, alarm);
  const commands: RoomCommands = new RoomCommands(
    ctx,
    env,
    inRoom,
    socketCommands(inRoom, (...reply) => commands.reply(...reply)),
  );
  const deletion = new Deletion(env, ctx.id.toString(), {
    alarm,
    store,
    broadcaster,
    relays,
    notifier,
    reports,
    webhooks,
  });
  return {
    ...inRoom,
    notifier,
    reservations,
    deletedThreads,
    hostReports: new HostReports(ctx.storage.sql),
    socketCommands: commands,
    relayedCommands: new RelayedCommands(inRoom),
    deletion,
    admission: new Admission(env, { ...inRoom, notifier }),
    creation: new Creation(env, { store, writer, notifier, webhooks, reservations, deletion }),
  };
}
