/* Sends each day of the week page as soon as it is chosen, so that a phone that drops loses at most the last one.
   Without script the page has a button for each day and one for all. */
(() => {
  "use strict";

  const form = document.querySelector("form[data-week]");
  if (!form) return;
  const { saving, saved, notSent, refused } = form.dataset;
  const waiting = new Set();
  const [SAVED, TOO_MANY, NOBODY] = [204, 429, 0];
  const underWay = new Map(); // each day that is being sent, and whether something else was chosen meanwhile
  const LONGEST = 30000; // what takes longer has lost its line
  const AGAIN = 5000; // before what got lost is sent again by itself, and twice as long each time, up to the longest
  let wait = AGAIN;
  let timer = 0;

  const days = () => [...form.querySelectorAll("[data-day]")];
  const say = (day, text) => { day.querySelector("[data-state]").textContent = text; };

  const count = document.querySelector("[data-done]");
  const keep = (day) => {
    day.dataset.kept = "";
    count.textContent = count.dataset.done.replace("#", form.querySelectorAll("[data-kept]").length);
  };

  const post = async (day) => {
    const data = new FormData(form);
    data.set("only", day.dataset.day);
    try {
      const answer = await fetch(form.action, {
        method: "POST", body: new URLSearchParams(data), headers: { Accept: "application/json" }, keepalive: true,
        signal: AbortSignal.timeout?.(LONGEST),
      });
      return answer.status;
    } catch {
      return NOBODY;
    }
  };

  const sendWaiting = () => [...waiting].forEach(send);

  const isLost = (status) => status === NOBODY || status === TOO_MANY || status >= 500;

  const settle = (day, status) => {
    if (!isLost(status)) {
      // Refused once, it would be again: the whole page says why, as it does without script.
      waiting.delete(day);
      say(day, status === SAVED ? saved : refused);
      if (status === SAVED) keep(day);
      wait = AGAIN;
      return;
    }
    // What did not arrive stays on the page, and goes out with the next chance.
    say(day, notSent);
    clearTimeout(timer);
    timer = setTimeout(sendWaiting, wait);
    wait = Math.min(2 * wait, LONGEST);
  };

  async function send(day) {
    waiting.add(day);
    say(day, saving);
    // One after the other: of two at once the older could arrive last, and would stay.
    const isFirst = !underWay.has(day);
    underWay.set(day, !isFirst);
    if (!isFirst) return;
    let status = NOBODY;
    while (underWay.has(day)) {
      status = await post(day);
      if (underWay.get(day)) underWay.set(day, false);
      else underWay.delete(day);
    }
    settle(day, status);
  }

  const takeFromAbove = (day) => {
    const all = days();
    const above = all[all.indexOf(day) - 1];
    if (!above) return;
    const named = (box) => box.name.slice(day.dataset.day.length);
    above.querySelectorAll("input").forEach((from) => {
      if (named(from) === "-same" || named(from) === "-shown") return;
      const to = [...day.querySelectorAll("input")].find(
        (box) => named(box) === named(from) && (box.type !== "radio" || box.value === from.value));
      if (!to) return;
      if (from.type === "radio") to.checked = from.checked;
      else to.value = from.value;
    });
  };

  form.addEventListener("change", (event) => {
    const day = event.target.closest("[data-day]");
    if (!day) return;
    if (event.target.name.endsWith("-same")) {
      if (event.target.checked) takeFromAbove(day);
    } else {
      const same = day.querySelector("[name$='-same']");
      if (same) same.checked = false;
    }
    // What was chosen here counts, also when it is what the page showed at first.
    day.querySelector("[name$='-shown']").value = "";
    const letter = day.querySelector("[name$='-letter']:checked");
    if (!letter) return;
    if (letter.value !== "0") day.querySelector(".pills").open = true;
    send(day);
  });

  window.addEventListener("online", sendWaiting);
  // Who leaves the page does not wait for their turn.
  window.addEventListener("pagehide", () => underWay.forEach((again, day) => { if (again) post(day); }));
})();
