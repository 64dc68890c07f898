/** Prints the slip once, when the kiosk asks for it. */

if (new URLSearchParams(location.search).has("in")) window.addEventListener("load", () => window.print());
