"use strict";
// The language of the page, places in a video, and sections that a link leads into. Everything else works without.
(() => {
  const root = document.documentElement;
  const choose = (tongue) => {
    root.lang = tongue;
    for (const button of document.querySelectorAll("[data-tongue]")) {
      button.setAttribute("aria-pressed", String(button.dataset.tongue === tongue));
    }
    try { localStorage.setItem("pitchgen-report", tongue); } catch { /* a page on the disk may keep nothing */ }
  };
  let tongue = "zh";
  try { tongue = localStorage.getItem("pitchgen-report") || tongue; } catch { /* as above */ }
  choose(tongue === "en" ? "en" : "zh");

  const play = (target) => {
    const section = target.closest("section[data-version]");
    const video = section && section.querySelector("video");
    if (!video) return;
    video.currentTime = Number(target.dataset.at);
    video.play().catch(() => { /* the file is gone, and the page says so */ });
    video.scrollIntoView({ block: "nearest" });
  };
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-tongue]");
    if (button) choose(button.dataset.tongue);
    const place = event.target.closest("[data-at]");
    if (place) play(place);
  });

  const unfold = () => {
    const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    for (let place = target; place; place = place.parentElement) {
      if (place.tagName === "DETAILS") place.open = true;
    }
    if (target) target.scrollIntoView();
  };
  addEventListener("hashchange", unfold);
  addEventListener("beforeprint", () => document.querySelectorAll("details").forEach((d) => { d.open = true; }));
  unfold();
})();
