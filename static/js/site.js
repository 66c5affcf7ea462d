/*
 * The little behaviour that pages need beside HTML and htmx. Everything works without it: a form is simply sent.
 *
 * data-confirm="…"      on a form or submit button: ask first (data-confirm-title, data-confirm-yes)
 * data-repeatable       on a form: may be sent twice (downloads, filters); every other POST form goes out once
 * data-unsaved          on a form: warn before leaving with changes that were not sent
 * data-max-bytes="n"    on a file field: refuse a larger file before it travels (data-types="pdf,png" by the ending)
 * data-drop             on a form with one file field: a file dropped anywhere on the page is chosen and sent
 * data-copy="…"         on a button: copy this text
 * data-print            on a button: print the page
 * data-menu             on <details>: closes with Escape and with a click elsewhere
 * data-focus            on the element that should be read first, such as a summary of errors
 */
(() => {
  "use strict";

  const element = (tag, className, text) => {
    const made = document.createElement(tag);
    made.className = className;
    if (text) made.textContent = text;
    return made;
  };

  /* ---- ask before an act ------------------------------------------------------------------------------------- */

  const ask = (source, go) => {
    const dialog = element("dialog", "confirm");
    const title = element("h2", "confirm-title", source.dataset.confirmTitle || "请确认");
    const text = element("p", "confirm-text", source.dataset.confirm);
    const actions = element("div", "confirm-actions");
    const no = element("button", "btn btn-plain button", "取消");
    const yes = element("button", "btn btn-primary button default", source.dataset.confirmYes || "确定");
    title.id = "confirm-title";
    text.id = "confirm-text";
    no.type = yes.type = "button";
    dialog.setAttribute("aria-labelledby", title.id);
    dialog.setAttribute("aria-describedby", text.id);
    actions.append(no, yes);
    dialog.append(title, text, actions);
    no.addEventListener("click", () => dialog.close());
    yes.addEventListener("click", () => {
      dialog.close();
      go();
    });
    dialog.addEventListener("close", () => dialog.remove());
    document.body.append(dialog);
    dialog.showModal();
    no.focus();
  };

  /* ---- sending a form: ask, then once ------------------------------------------------------------------------- */

  const confirmed = new WeakSet();
  const sent = new Map();

  const release = (form) => {
    const button = sent.get(form);
    if (button) button.removeAttribute("aria-busy");
    sent.delete(form);
  };

  document.addEventListener("submit", (event) => {
    const form = event.target;
    const button = event.submitter;
    const source = [button, form].find((part) => part && part.dataset.confirm);
    if (source && !confirmed.has(form)) {
      event.preventDefault();
      event.stopPropagation();
      ask(source, () => {
        confirmed.add(form);
        form.requestSubmit(button && button.form === form ? button : undefined);
        confirmed.delete(form);
      });
      return;
    }
    if (form.method !== "post" || "repeatable" in form.dataset || [...form.attributes].some((a) => a.name.startsWith("hx-"))) return;
    if (sent.has(form)) {
      event.preventDefault();
      return;
    }
    sent.set(form, button);
    dirty.delete(form);
    if (button) button.setAttribute("aria-busy", "true");
    setTimeout(() => release(form), 15000); /* an answer that never came, or was a file */
  }, true);

  window.addEventListener("pageshow", () => [...sent.keys()].forEach(release));

  /* ---- changes that were not sent ------------------------------------------------------------------------------- */

  const dirty = new Set();

  document.addEventListener("input", (event) => {
    const form = event.target.form;
    if (form && "unsaved" in form.dataset) dirty.add(form);
  });

  window.addEventListener("beforeunload", (event) => {
    if (dirty.size) event.preventDefault();
  });

  /* ---- files: size and kind are looked at before they travel ---------------------------------------------------- */

  const megabytes = (octets) => `${(octets / 1048576).toFixed(1).replace(/\.0$/, "")} MB`;

  const fault = (input) => {
    const limit = Number(input.dataset.maxBytes);
    const types = (input.dataset.types || "").split(",").filter(Boolean);
    for (const file of input.files) {
      const ending = file.name.split(".").pop().toLowerCase();
      if (types.length && !types.includes(ending)) return `“${file.name}”的格式不在允许之列：${types.join("、")}。`;
      if (limit && file.size > limit) return `“${file.name}”为${megabytes(file.size)}，超过${megabytes(limit)}的上限，请压缩后重新选择。`;
      if (file.size === 0) return `“${file.name}”是空文件，请重新选择。`;
    }
    return "";
  };

  /* The browser's own control says "Choose File" in the language of the system; ours says it in the page's. */
  for (const input of document.querySelectorAll('input[type="file"]')) {
    const field = element("span", "file-field");
    const pick = element("span", "btn btn-plain");
    const chosen = element("span", "soft");
    const tell = () => { chosen.textContent = [...input.files].map((file) => file.name).join("、") || "未选择文件"; };
    field.setAttribute("aria-hidden", "true");
    pick.textContent = "选择文件";
    pick.addEventListener("click", () => input.click());
    input.addEventListener("change", tell);
    input.classList.add("visually-hidden");
    field.append(pick, chosen);
    input.after(field);
    tell();
  }

  document.addEventListener("change", (event) => {
    const input = event.target;
    if (input.type !== "file" || !input.dataset.maxBytes) return;
    const words = fault(input);
    const id = `${input.id || input.name}_size`;
    let note = document.getElementById(id);
    if (!note) {
      note = element("p", "invalid-feedback d-block mb-0");
      note.id = id;
      note.setAttribute("role", "alert");
      input.after(note);
    }
    note.textContent = words;
    note.hidden = !words;
    input.setCustomValidity(words);
    input.classList.toggle("is-invalid", Boolean(words));
  });

  /* A file that is dropped anywhere on the page goes into the one form that takes it, as if it had been chosen. */
  const dropForm = document.querySelector("form[data-drop]");
  if (dropForm) {
    const holdsFile = (event) => event.dataTransfer && [...event.dataTransfer.types].includes("Files");
    document.addEventListener("dragover", (event) => {
      if (!holdsFile(event)) return;
      event.preventDefault();
      dropForm.classList.add("is-over");
    });
    document.addEventListener("dragleave", (event) => {
      if (!event.relatedTarget) dropForm.classList.remove("is-over");
    });
    document.addEventListener("drop", (event) => {
      if (!holdsFile(event)) return;
      event.preventDefault();
      dropForm.classList.remove("is-over");
      const input = dropForm.querySelector('input[type="file"]');
      input.files = event.dataTransfer.files;
      input.dispatchEvent(new Event("change", { bubbles: true }));
      if (dropForm.reportValidity()) dropForm.requestSubmit();
    });
  }

  /* ---- small things ------------------------------------------------------------------------------------------------ */

  const copy = async (button) => {
    const label = button.querySelector("span") || button;
    const before = label.textContent;
    try {
      await navigator.clipboard.writeText(button.dataset.copy);
      label.textContent = "已复制";
    } catch {
      label.textContent = "请手动复制";
    }
    label.setAttribute("aria-live", "polite");
    setTimeout(() => { label.textContent = before; }, 2000);
  };

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-copy], [data-print]");
    if (button && "print" in button.dataset) window.print();
    else if (button) copy(button);
    document.querySelectorAll("details[data-menu][open]").forEach((menu) => {
      if (!menu.contains(event.target)) menu.open = false;
    });
  });

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    document.querySelectorAll("details[data-menu][open]").forEach((menu) => {
      menu.open = false;
      menu.querySelector("summary").focus();
    });
  });

  const first = document.querySelector("[data-focus]");
  if (first) first.focus();

  /* ---- htmx: a lost connection or a failed answer is said, not swallowed ------------------------------------------- */

  const say = (words) => {
    const place = document.getElementById("messages");
    if (!place) return;
    const note = element("p", "notice notice-bad", words);
    place.replaceChildren(note);
    note.scrollIntoView({ block: "nearest" });
  };

  document.addEventListener("htmx:sendError", () => say("网络连接中断，内容未能送达。请检查网络后重试。"));
  document.addEventListener("htmx:responseError", (event) => {
    const status = event.detail.xhr.status;
    say(status === 403 ? "登录已失效或页面已过期，请刷新页面后重试。" : "系统暂时未能处理本次请求，请稍后重试。");
  });
})();
