/* The device's zone is named only when its clock differs from the clinic's, now or in the other half of the year.
   Runs where the line stands, before what follows is drawn: a line that came later would push the page down. */
(() => {
  "use strict";

  const WORDS = document.body.dataset;
  const wall = (zone, instant) => instant.toLocaleString("en-GB", { timeZone: zone });
  const differ = (zone, other) => {
    const now = new Date();
    const seasons = [now, new Date(now.getFullYear(), 0, 1), new Date(now.getFullYear(), 6, 1)];
    return seasons.some((instant) => wall(zone, instant) !== wall(other, instant));
  };

  const noteZone = (line) => {
    const device = Intl.DateTimeFormat().resolvedOptions().timeZone;
    if (!device || !differ(line.dataset.clinicZone, device)) return;
    const city = device.split("/").pop().replaceAll("_", " ");
    line.textContent = WORDS.zoneNote || `All times are ${line.dataset.zoneLabel} (your device is set to ${city})`;
    line.hidden = false;
  };

  document.querySelectorAll("[data-clinic-zone]").forEach(noteZone);
})();
