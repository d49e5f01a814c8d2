/** What a thread's id begins with where it is the host's own key: what follows is the key. */
export const KEY_PREFIX = "key:";
