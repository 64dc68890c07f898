/** Questions carried over from the screen in the lobby, in the address after "#": no server saw them there. */

const MOST = 5;
const LONGEST = 300;

/** The questions, once: the address forgets them. */
export function carried() {
  const found = new URLSearchParams(location.hash.slice(1)).getAll("hoi");
  if (!found.length) return [];
  history.replaceState(null, "", location.pathname + location.search);
  return found.map((text) => text.trim().slice(0, LONGEST)).filter(Boolean).slice(-MOST);
}
