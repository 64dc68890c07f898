/** Prints the slip once, when the kiosk asks for it; inside the kiosk it leaves nothing behind. */

if (new URLSearchParams(location.search).has("in")) {
  window.addEventListener("load", () => {
    if (window.parent !== window) window.addEventListener("afterprint", () => location.replace("about:blank"));
    window.print();
  });
}
