// What every peer does besides its work: it prints its port, and ends with its parent process.

/** Prints the port for the parent process. */
export function announce(port) {
  console.log(JSON.stringify({ port }));
  // The parent holds the other end of stdin: it closes when the parent ends, however that happens.
  process.stdin.resume();
  process.stdin.on("end", () => process.exit());
}

/** The room and the user in the address of a socket. */
export function roomAndUser(url) {
  const { searchParams } = new URL(url, "http://localhost");
  const id = searchParams.get("user") ?? "";
  return { room: searchParams.get("room") ?? "", user: { id, name: id } };
}
