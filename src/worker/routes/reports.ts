/** Reports of messages: filed by who reads them, resolved by moderators and owners, listed for the host over all threads. */
import { z } from "zod";
import { LilypadError } from "../../protocol/errors.ts";
import type { User } from "../../protocol/model.ts";
import { parse } from "../../protocol/parse.ts";
import {
  beforeNo,
  hostReportsQuery,
  postReport,
  reportNo,
  reportsQuery,
  resolveReport,
  type HostReportsQuery,
  type Report,
  type ReportPage,
} from "../../protocol/reports.ts";
import { callForValue, callObject } from "../../rpc/call.ts";
import { hostReportsStub, type ListedReport } from "../../rpc/host-reports.ts";
import { presenceStubOf } from "../../rpc/shards.ts";
import { threadStub } from "../../rpc/thread.ts";
import { accepted, json } from "../responses.ts";
import type { ApiRouter } from "../router.ts";
import { inThread } from "../in-thread.ts";
import { query, seqOf } from "../parameters.ts";
import { body } from "../request-body.ts";
import { signedInHost, signedInUser } from "../signed-in.ts";

const REPORTS = "/api/threads/:threadId/reports";

export function reportRoutes(api: ApiRouter): void {
  api.post(
    "/api/threads/:threadId/messages/:seq/reports",
    inThread(async ({ request, env, user, by, run }) => {
      const seq = seqOf(request);
      const filed = await body(request, postReport);
      if (by !== "server")
        await callForValue(
          () => presenceStubOf(env, user.id),
          (presence) => presence.admitReport(user.id),
        );
      await run({ type: "report", seq, ...filed });
      return accepted();
    }, signedInUser),
  );

  api.get(
    REPORTS,
    inThread(async ({ request, user, thread }) => {
      const asked = query(request, reportsQuery);
      return json(await callForValue(thread, (object) => object.query(user, { type: "reports", ...asked })));
    }),
  );

  api.post(
    `${REPORTS}/:no`,
    inThread(async ({ request, run }) => {
      const { no } = parse(z.object({ no: reportNo }), { no: request.params["no"] });
      return json(await run({ type: "resolve_report", no, resolution: await body(request, resolveReport) }));
    }),
  );

  api.get("/api/reports", async (request, env) => {
    const { user } = await signedInHost(request, env);
    return json(await hostPage(env, user, query(request, hostReportsQuery)));
  });
}

/** A page of the host's list: which they are it has from one object, and what they say from their threads. */
async function hostPage(
  env: Env,
  host: User,
  { cursor, limit, state }: HostReportsQuery,
): Promise<ReportPage> {
  const before =
    cursor === undefined ? Number.MAX_SAFE_INTEGER : parse(z.object({ cursor: beforeNo }), { cursor }).cursor;
  const listed = await callObject(
    () => hostReportsStub(env),
    (list): Promise<ListedReport[]> => list.listReports(before, limit + 1, state),
  );
  const shown = listed.slice(0, limit);
  const byThread = Map.groupBy(shown, ({ threadId }) => threadId);
  const found = await Promise.all(
    [...byThread].map(([threadId, some]) => reportsIn(env, host, threadId, some)),
  );
  const reports = new Map(found.flat().map((report) => [`${report.threadId} ${report.no}`, report]));
  const last = shown.at(-1);
  return {
    // The list may be a moment behind.
    reports: shown
      .flatMap(({ threadId, no }) => reports.get(`${threadId} ${no}`) ?? [])
      .filter((report) => state === undefined || report.state === state),
    ...(listed.length > limit && last && { nextCursor: String(last.id) }),
  };
}

async function reportsIn(
  env: Env,
  host: User,
  threadId: string,
  listed: readonly ListedReport[],
): Promise<Report[]> {
  try {
    const { reports } = await callForValue(
      () => threadStub(env, env.CHAT_THREAD.idFromString(threadId)),
      (thread) => thread.query(host, { type: "named_reports", nos: listed.map(({ no }) => no) }),
    );
    return reports;
  } catch (error) {
    // It is being deleted.
    if (error instanceof LilypadError && error.code === "not_found") return [];
    throw error;
  }
}
