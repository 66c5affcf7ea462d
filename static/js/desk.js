/*
 * The keyboard of the page where facts are verified, over the same links and forms that a mouse uses.
 *
 * j k            next, previous fact         1 2 3   verdict            Enter   record, go on to the next fact
 * e              next paper                  n p     page of the paper  g p     propose        ?   the list of keys
 *
 * Keys never act in a field, beside a dialog, with Ctrl, Alt or Meta, or while an input method composes. They can be
 * switched off in the list (WCAG 2.1.4). What a key did is said in the live region #say.
 */
(() => {
  "use strict";

  const OFF = "desk-keys-off";
  const AFTER_G = 1500; /* milliseconds in which p means propose */
  const desk = document.getElementById("case-desk");
  const keys = document.getElementById("keys");
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const say = (words) => {
    const place = document.getElementById("say");
    place.textContent = "";
    requestAnimationFrame(() => { place.textContent = words; });
  };

  /* ---- papers and their pages ------------------------------------------------------------------------------------ */

  let wanted = ""; /* the page to show once a paper has come */

  const pages = () => document.querySelector(".paper-pages");

  const showPage = (number) => {
    const page = document.getElementById(`page-${number}`);
    const box = pages();
    if (!page || !box) return;
    box.scrollTop += page.getBoundingClientRect().top - box.getBoundingClientRect().top;
    if (getComputedStyle(box).overflowY === "visible") page.scrollIntoView();
    say(page.alt);
  };

  const turn = (step) => {
    const box = pages();
    const sheets = box ? all("img", box) : [];
    if (!sheets.length) return;
    const top = box.getBoundingClientRect().top;
    const here = sheets.findLastIndex((sheet) => sheet.getBoundingClientRect().top <= top + 4);
    const next = Math.min(Math.max(Math.max(here, 0) + step, 0), sheets.length - 1);
    showPage(next + 1);
  };

  const shown = () => document.getElementById("paper").dataset.evidence;

  const nextPaper = () => {
    const tabs = all(".paper-tabs a");
    if (tabs.length < 2) return;
    const here = tabs.findIndex((tab) => tab.hasAttribute("aria-current"));
    const tab = tabs[(here + 1) % tabs.length];
    say(tab.textContent);
    tab.click();
  };

  let sending = false; /* a conclusion is on its way */
  let moving = false; /* it is one on a fact, so that the next fact follows */
  document.addEventListener("submit", (event) => {
    sending = event.target.matches(".check-form");
    moving = sending && event.target.closest(".fact") !== null;
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    if (event.detail.elt.matches(".check-form")) sending = false;
  });

  /* A page of the paper that is shown needs no request. */
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-paper]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    if (sending) { /* its answer brings the next paper */
      event.preventDefault();
      event.stopPropagation();
      return;
    }
    wanted = link.dataset.page || "";
    if (wanted && link.dataset.paper === shown()) {
      event.preventDefault();
      event.stopPropagation();
      showPage(wanted);
      wanted = "";
    }
  }, true);

  /* ---- facts ------------------------------------------------------------------------------------------------------- */

  const facts = () => all(".fact");
  const current = () => document.querySelector(".fact.is-current");

  const mark = (fact) => {
    facts().forEach((other) => other.classList.toggle("is-current", other === fact));
  };

  const enter = (fact, { paper = true } = {}) => {
    const details = fact.querySelector("details");
    all(".fact > details[open]").forEach((other) => { other.open = other === details; });
    details.open = true;
    mark(fact);
    const summary = fact.querySelector("summary");
    summary.focus({ preventScroll: true });
    bring(fact);
    const link = fact.querySelector("dd a[data-paper]:not([data-page])");
    if (paper && link && link.dataset.paper !== shown()) link.click();
  };

  /* Put the open fact below the words of the law, which stay where they are; the desk fills the window. */
  const bring = (fact) => {
    const box = document.getElementById("desk");
    frame();
    if (getComputedStyle(box).overflowY === "visible") {
      fact.scrollIntoView({ block: "nearest" });
      return;
    }
    const law = box.querySelector(".law").getBoundingClientRect();
    box.scrollTop += fact.getBoundingClientRect().top - law.bottom - 4;
  };

  const frame = () => {
    if (getComputedStyle(document.getElementById("desk")).overflowY === "visible") return;
    const top = desk.getBoundingClientRect().top;
    if (top > 1) window.scrollBy(0, top);
  };

  const step = (by) => {
    const list = facts();
    if (!list.length) return;
    const here = list.indexOf(current());
    const place = here < 0 ? (by > 0 ? 0 : list.length - 1) : Math.min(Math.max(here + by, 0), list.length - 1);
    enter(list[place]);
  };

  const choose = (key) => {
    const fact = current() || document.querySelector(".fact:has(> details[open])");
    const choice = fact && fact.querySelector(`input[data-key="${key}"]`);
    if (!choice) {
      say("本项没有这一结论可选。");
      return;
    }
    mark(fact);
    frame();
    choice.checked = true;
    choice.focus({ preventScroll: true });
    const field = key === "2" ? "verified" : key === "3" ? "note" : "";
    if (field) choice.form.elements[field].focus();
    say(choice.closest("label").textContent.trim());
  };

  const record = () => {
    const form = current() && current().querySelector(".check-form");
    if (!form) return;
    if (!form.querySelector("input[name=verdict]:checked")) {
      say("请先按1、2或者3选择结论。");
      return;
    }
    form.requestSubmit();
  };

  const propose = () => {
    const act = document.querySelector('#acts [data-verb="propose"]');
    if (!act) return say("本件目前不能提出核定意见。");
    const why = act.querySelector(".why-not");
    if (why) return say(why.textContent);
    if (act.matches("details")) {
      act.open = true;
      act.querySelector("input:not([type=hidden]), textarea").focus();
      return undefined;
    }
    act.querySelector("button").click();
    return undefined;
  };

  /* ---- keys ---------------------------------------------------------------------------------------------------------- */

  const off = () => {
    try {
      return localStorage.getItem(OFF) === "1";
    } catch {
      return false;
    }
  };

  const writes = (element) => {
    if (element.isContentEditable || element.matches("textarea, select")) return true;
    return element.matches("input") && !["radio", "checkbox", "button", "submit"].includes(element.type);
  };

  const ACTS = {
    j: () => step(1),
    k: () => step(-1),
    1: () => choose("1"),
    2: () => choose("2"),
    3: () => choose("3"),
    e: nextPaper,
    n: () => turn(1),
    p: () => turn(-1),
    "?": () => keys.showModal(),
  };
  let waiting = 0; /* until when p means propose */

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing || event.defaultPrevented) return;
    if (document.querySelector("dialog[open]")) return;
    if (event.key === "Escape" && writes(event.target) && event.target.closest(".check-form")) {
      current()?.querySelector("summary").focus({ preventScroll: true });
      return;
    }
    if (writes(event.target) || off()) return;
    if (event.key === "Enter") {
      const own = event.target.closest("a, button, summary:not(.fact-head)");
      if (own || !current() || !current().querySelector("input[name=verdict]:checked")) return;
      if (event.target.matches("input") && event.target.form) return; /* the browser sends the form itself */
      event.preventDefault();
      record();
      return;
    }
    const second = waiting > event.timeStamp;
    waiting = event.key === "g" ? event.timeStamp + AFTER_G : 0;
    const act = second && event.key === "p" ? propose : ACTS[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });

  /* ---- the list of keys ------------------------------------------------------------------------------------------------ */

  const box = document.getElementById("keys-on");
  const hint = () => document.documentElement.classList.toggle("has-keys", !off());
  box.checked = !off();
  hint();
  box.addEventListener("change", () => {
    try {
      localStorage.setItem(OFF, box.checked ? "0" : "1");
    } catch {
      box.checked = true; /* a browser that keeps nothing keeps the keys */
    }
    hint();
  });
  const offer = () => all("[data-keys]").forEach((button) => { button.hidden = false; });
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-keys]")) keys.showModal();
    if (event.target.closest("[data-keys-close]")) keys.close();
    const fact = event.target.closest(".fact");
    if (fact) mark(fact);
  });
  document.addEventListener("focusin", (event) => {
    const fact = event.target.closest && event.target.closest(".fact");
    if (fact) mark(fact);
  });

  /* ---- what comes from the server ---------------------------------------------------------------------------------------- */

  const arrived = (announce) => {
    offer();
    const refused = document.querySelector("#desk [data-focus]");
    const faulty = document.querySelector("#desk .check-form .invalid-feedback");
    const next = document.querySelector(".fact[data-next]");
    const open = document.querySelector(".fact:has(> details[open])");
    if (open) mark(open);
    if (refused) refused.focus();
    else if (faulty && announce) {
      bring(open);
      const field = faulty.parentElement.querySelector("input:not([type=hidden]), select");
      field.focus();
      say(faulty.textContent);
    } else if (next && announce) {
      enter(next, { paper: false });
      say(`${document.querySelector("#messages").textContent.trim()} 下一项：${next.querySelector("h3").textContent}，${document.querySelector(".desk-progress strong").textContent}。`);
    } else if (announce) {
      say(`${document.querySelector("#messages").textContent.trim()} ${document.querySelector(".desk-progress strong").textContent}，没有未核验的事项。`);
      const act = document.querySelector("#acts .action button, #acts summary");
      if (act) act.focus({ preventScroll: true });
    }
  };

  document.addEventListener("htmx:afterSettle", (event) => {
    if (event.target.id === "paper" && wanted) {
      showPage(wanted);
      wanted = "";
    }
    if (event.target.id === "desk") arrived(moving);
  });

  arrived(false);
})();
