/**
 * The tables that hold rows of given users, as they move with their users to another shard. A further table is one entry
 * here, and one optional field of `MovedUsersBatch`. A shard of an older version drops a field that it does not know: no
 * users may be moved before every shard runs the version that added it.
 *
 * `user_keys` is not here: its rows are derived from `users`. Nor are `late_contacts` and `hidden_threads`: their rows go with
 * the memberships. Of `tab_watches` those of tabs over Socket.IO go with these: other tabs are closed, and subscribe again. Nor is
 * `holds`: who is on hold is forgiven the few minutes that it lasts.
 */
import type { AlarmScheduler } from "../../durable/alarm-scheduler.ts";
import type { BlockPropagation } from "../contacts/block-propagation.ts";
import type { UserBlocks } from "../contacts/user-blocks.ts";
import type { SentInvitations } from "../invitations/sent-invitations.ts";
import type { ProfilePropagation } from "../people/profile-propagation.ts";
import type { UserDirectory } from "../people/user-directory.ts";
import type { RevocationPropagation } from "../revoking/revocation-propagation.ts";
import type { Revocations } from "../revoking/revocations.ts";
import { invitationTable, membershipTable, type MembershipTableParts } from "./membership-tables.ts";
import { jobTable, rowTable } from "./row-tables.ts";
import { openTabTable, subscriptionTable, type TabTableParts } from "./tab-tables.ts";
import type { UserTable } from "./user-table.ts";

/** What the tables are read and written by. */
export interface UserTableParts extends MembershipTableParts, TabTableParts {
  directory: UserDirectory;
  sentInvitations: SentInvitations;
  blocks: UserBlocks;
  blockPropagation: BlockPropagation;
  propagation: ProfilePropagation;
  revocations: Revocations;
  revocationPropagation: RevocationPropagation;
}

/** Every table, in the order in which their rows are delivered. */
export function userTables(sql: SqlStorage, alarm: AlarmScheduler, parts: UserTableParts): UserTable[] {
  const { blocks, sentInvitations, directory, revocations } = parts;
  const { propagation, revocationPropagation, blockPropagation } = parts;
  const { bans } = revocations;
  return [
    // First, so that nothing is shown meanwhile to those whom users block.
    rowTable(sql, "blocks", "blocks", {
      add: (row) => blocks.add(row),
      remove: ({ user_id, blocked_id }) => blocks.remove(user_id, blocked_id),
    }),
    membershipTable(sql, parts),
    invitationTable(sql, parts),
    // The invitations that users made, which are counted.
    rowTable(sql, "sent_invitations", "sentInvitations", {
      add: (row) => sentInvitations.add(row),
      remove: (row) => sentInvitations.remove(row),
    }),
    // Profiles, when users were last seen, and what was published of it.
    rowTable(sql, "users", "users", {
      add: (row) => directory.addMoved(row),
      remove: (row) => directory.remove(row),
    }),
    // Whose changed profile is not yet with all their threads.
    jobTable(sql, "profile_jobs", "profileJobs", propagation),
    // What the host revoked, the sessions that users have signed out of, and whom the host has banned. Those users need not be
    // known.
    rowTable(sql, "revocations", "revocations", {
      add: (row) => revocations.add(row),
      remove: (row) => revocations.remove(row),
    }),
    rowTable(sql, "ended_sessions", "endedSessions", {
      add: (row) => revocations.addSession(row),
      remove: (row) => revocations.removeSession(row),
    }),
    rowTable(sql, "host_bans", "hostBans", {
      add: (row) => bans.addMoved(row),
      remove: (row) => bans.remove(row),
    }),
    // Whose threads have not all closed revoked sockets.
    jobTable(sql, "revocation_jobs", "revocationJobs", revocationPropagation),
    openTabTable(parts),
    // Blocks of which a direct thread has yet to know.
    jobTable(sql, "block_jobs", "blockJobs", blockPropagation),
    subscriptionTable(alarm, parts),
  ];
}
