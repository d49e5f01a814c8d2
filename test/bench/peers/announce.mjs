// What every peer's server does around its work: it says where it listens, and ends with whoever started it.

/** Tells the one who started this process which port it got. */
export function announce(port) {
  console.log(JSON.stringify({ port }));
  // The other end of this pipe closes when its holder ends, however that happens.
  process.stdin.resume();
  process.stdin.on("end", () => process.exit());
}

/** What stands in the address of a socket: which room, and who. */
export function visitor(url) {
  const { searchParams } = new URL(url, "http://localhost");
  const id = searchParams.get("user") ?? "";
  return { room: searchParams.get("room") ?? "", user: { id, name: id } };
}
