/** The parts of a Presence shard: how they are made, what each is given of the others, and the duties of the alarm. */
import { configOf } from "../config/config.ts";
import type { AlarmScheduler } from "../durable/alarm-scheduler.ts";
import { Holds } from "../durable/holds.ts";
import { shardNumber } from "../rpc/shards.ts";
import { Connections } from "../sockets/connections.ts";
import { BlockPropagation } from "./contacts/block-propagation.ts";
import { Blocking } from "./contacts/blocking.ts";
import { UserBlocks } from "./contacts/user-blocks.ts";
import { LateContactPublisher } from "./contacts/late-contact-publisher.ts";
import { ContactThreads } from "./contacts/contact-threads.ts";
import { UserContacts } from "./contacts/user-contacts.ts";
import { KnownProfiles } from "./contacts/known-profiles.ts";
import { LateContacts } from "./contacts/late-contacts.ts";
import { WhoSeesWhom } from "./contacts/who-sees-whom.ts";
import type { PeerShards } from "./peer-shards.ts";
import { ReceivedInvitations } from "./invitations/received-invitations.ts";
import { SentInvitations } from "./invitations/sent-invitations.ts";
import { ProfilePropagation } from "./people/profile-propagation.ts";
import { ProfileUpdates } from "./people/profile-updates.ts";
import { SharedUserSearch } from "./people/shared-user-search.ts";
import { UserDirectory } from "./people/user-directory.ts";
import { UserSearchIndex } from "./people/user-search-index.ts";
import { UserSearchReindex } from "./people/user-search-reindex.ts";
import { Visibility } from "./people/visibility.ts";
import { RateLimits } from "./rate-limits.ts";
import { RevocationPropagation } from "./revoking/revocation-propagation.ts";
import { Revocations } from "./revoking/revocations.ts";
import { Revoking } from "./revoking/revoking.ts";
import { Verdicts } from "./revoking/verdicts.ts";
import { SocketIoTabs } from "./socketio-tabs/socketio-tabs.ts";
import { TabCalls } from "./socketio-tabs/tab-calls.ts";
import { TabNotifier } from "./socketio-tabs/tab-notifier.ts";
import { AllTabs } from "./status/all-tabs.ts";
import { OnlineStatus } from "./status/online-status.ts";
import { StatusPublisher } from "./status/status-publisher.ts";
import { StatusQuery } from "./status/status-query.ts";
import { Subscribers } from "./status/subscribers.ts";
import { Subscriptions } from "./status/subscriptions.ts";
import { TabSockets } from "./status/tab-sockets.ts";
import { TabSubscriptions } from "./status/tab-subscriptions.ts";
import { Tabs } from "./status/tabs.ts";
import { TooManyTabs } from "./status/too-many-tabs.ts";
import { TabCommands } from "./tab-commands.ts";
import { TabOpening } from "./tab-opening.ts";
import { HiddenThreads } from "./threads/hidden-threads.ts";
import { ReadCommand } from "./threads/read-command.ts";
import { ThreadNotifications } from "./threads/thread-notifications.ts";
import { ThreadUpdates } from "./threads/thread-updates.ts";
import { UserThreads } from "./threads/user-threads.ts";

export type ShardParts = ReturnType<typeof shardParts>;

/** What is around the shard. */
export interface Surroundings {
  peers: PeerShards;
  /** Whether a user is still in this shard, and has not moved to another one. */
  isHere: (userId: string) => boolean;
}

/** Makes the parts, and registers their duties with the alarm. */
export function shardParts(
  ctx: DurableObjectState,
  env: Env,
  alarm: AlarmScheduler,
  { peers, isHere }: Surroundings,
) {
  const { sql } = ctx.storage;
  const blocks = new UserBlocks(sql);
  const invitations = new ReceivedInvitations(sql, blocks);
  const userThreads = new UserThreads(sql, { invitations, systemName: () => configOf(env).systemName });
  const connections = new Connections(ctx);
  const tabs = new Tabs(connections);
  const socketIoTabs = new SocketIoTabs(sql);
  const allTabs = new AllTabs(connections, tabs, socketIoTabs);
  const tabNotifier = new TabNotifier(env, shardNumber(ctx.id), {
    socketIoTabs,
    countUnread: (userId) => userThreads.overview(userId).unreadThreads,
  });
  const visibility = new Visibility(sql);
  const online = new OnlineStatus(sql, { connections, tabs, socketIoTabs }, Date.now());
  const tabSubscriptions = new TabSubscriptions(sql, allTabs);
  const subscribers = new Subscribers(sql);
  const lateContacts = new LateContacts(sql);
  const contactThreads = new ContactThreads(sql, lateContacts);
  const whoSeesWhom = new WhoSeesWhom(env, { visibility, contactThreads, blocks });
  const contacts = new UserContacts(env, { peers, visibility, contactThreads, blocks });
  const status = {
    alarm,
    connections,
    tabs,
    socketIoTabs,
    allTabs,
    tabNotifier,
    visibility,
    whoSeesWhom,
    blocks,
    online,
    tabSubscriptions,
    subscribers,
    peers,
  };
  const publisher = new StatusPublisher(env, status);
  const subscriptions = new Subscriptions(env, status);
  const sockets = new TabSockets({ ...status, publisher });
  const tooManyTabs = new TooManyTabs(env, {
    ...status,
    sockets,
    replace: (tab) => tabCalls.replace(tab),
  });
  const statusQuery = new StatusQuery(env, status);
  registerTabDuties(alarm, { sockets, subscriptions, publisher });

  const index = new UserSearchIndex(sql);
  const directory = new UserDirectory(sql, index);
  const sharedUserSearch = new SharedUserSearch({ index, directory, visibility });
  const userSearchReindex = new UserSearchReindex(ctx.storage, alarm);

  const hiddenThreads = new HiddenThreads(sql);
  const sentInvitations = new SentInvitations(sql);
  const lateContactPublisher = new LateContactPublisher(alarm, {
    lateContacts,
    userThreads,
    whoSeesWhom,
    publisher,
    subscriptions,
    isHere,
  });
  const updates = new ThreadUpdates(ctx.storage, {
    userThreads,
    lateContacts,
    hiddenThreads,
    invitations,
  });
  const notifications = new ThreadNotifications({ ...status, userThreads, invitations });
  const readCommand = new ReadCommand(env, {
    directory,
    userThreads,
    hiddenThreads,
    updates,
    notifications,
  });

  const rates = new RateLimits(env, new Holds(sql));
  const revocations = new Revocations(sql);
  const verdicts = new Verdicts(revocations, directory);
  const queue = { sql, alarm, isHere };
  // Their tabs too: again, where this shard crashed as it was revoked.
  const revocationPropagation = new RevocationPropagation(env, queue, revocations, (userId, revocation) =>
    tabNotifier.revoked(userId, revocation),
  );
  const revoking = new Revoking({ revocations, revocationPropagation, directory, sockets, tabNotifier });
  const blockPropagation = new BlockPropagation(env, queue, blocks, [revocationPropagation.jobs]);
  const propagation = new ProfilePropagation(env, queue, directory, [
    revocationPropagation.jobs,
    blockPropagation.jobs,
  ]);
  const profileUpdates = new ProfileUpdates({ connections, tabs, directory, propagation });

  const knownProfiles = new KnownProfiles(sql, env, { peers, visibility, directory });
  const blocking = new Blocking(env, {
    ...status,
    rates,
    invitations,
    blockPropagation,
    publisher,
    subscriptions,
    userThreads,
    hiddenThreads,
    updates,
    notifications,
    knownProfiles,
  });

  const opening = new TabOpening(env, {
    ...status,
    sockets,
    publisher,
    tooManyTabs,
    userThreads,
    rates,
    revocations,
    verdicts,
    profileUpdates,
  });
  const tabCalls: TabCalls = new TabCalls({
    ...status,
    opening,
    publisher,
    subscriptions,
    tooManyTabs,
    rates,
    profileUpdates,
  });
  const commands = new TabCommands(env, {
    connections,
    sockets,
    rates,
    subscriptions,
    readCommand,
    profileUpdates,
    revocations,
  });
  return {
    ...status,
    publisher,
    subscriptions,
    statusQuery,
    sockets,
    directory,
    sharedUserSearch,
    userSearchReindex,
    userThreads,
    lateContacts,
    lateContactPublisher,
    contacts,
    hiddenThreads,
    blockPropagation,
    blocking,
    knownProfiles,
    sentInvitations,
    updates,
    notifications,
    rates,
    revocations,
    verdicts,
    revocationPropagation,
    revoking,
    propagation,
    profileUpdates,
    opening,
    tabCalls,
    commands,
  };
}

interface TabDutyParts {
  sockets: TabSockets;
  subscriptions: Subscriptions;
  publisher: StatusPublisher;
}

/** They begin in this order: tabs are closed before their subscriptions end and their users' status is published. */
function registerTabDuties(alarm: AlarmScheduler, { sockets, subscriptions, publisher }: TabDutyParts): void {
  alarm.register(
    {
      name: "ends of sessions",
      run: (now) => sockets.endSessions(now),
      dueAt: () => sockets.nextEnd(),
    },
    { name: "silent tabs", run: (now) => sockets.closeSilent(now) },
    { name: "subscriptions of closed tabs", run: () => inNextRound(subscriptions.endClosed()) },
    { name: "users who went offline", run: (now) => inNextRound(publisher.publishOffline(now)) },
    {
      name: "users who were heard again",
      run: (now) => inNextRound(publisher.publishHeardAgain(now)),
      // Of all that is published, and of silent tabs.
      dueAt: (now) => publisher.dueAt(now),
    },
  );
}

/** Of a duty whose failures were logged where they happened: what it did not do is done in the next round. */
function inNextRound(duty: Promise<void>): Promise<void> {
  return duty.catch(() => undefined);
}
