// What is filled in beside the talk: who one is, a message for later, a rating.
import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import type { JSX } from "preact";
import type { Chat } from "./chat";
import type { Contact } from "./desk";
import { focusUnlessTouched, useOpening } from "./focus";
import { Icon } from "./icons";
import * as paths from "./paths";
import * as T from "./texts";

/** Leaves a message; with `asked` (fields of the visitor) only says who writes, before the talk begins. */
export function ContactForm({ chat, asked }: { chat: Chat; asked?: string[] }) {
  const form = useRef<HTMLFormElement>(null);
  const trouble = useSignal("");
  const { desk, session, storage } = chat;
  const { name, email } = session.value!.visitor;
  const isLeaving = desk.isLeaving.value;
  useOpening(chat, () => {
    const first = form.current!.querySelector("input")!;
    if (isLeaving) first.focus();
    else focusUnlessTouched(first);
  });
  const send = async (event: Event) => {
    event.preventDefault();
    const contact = Object.fromEntries(new FormData(form.current!)) as Contact;
    trouble.value = await (asked ? chat.identify(contact) : desk.leave(contact));
  };
  const field = (name: string, label: string, rest: JSX.IntrinsicElements["input"]) =>
    (asked?.includes(name) ?? true) && (
      <label>
        {label}
        <input name={name} autocomplete={name} {...rest} />
      </label>
    );
  return (
    <form class="form" ref={form} onSubmit={send}>
      {!asked && <p>{session.value!.answers_by_mail ? T.leaveByMail : T.helloAway}</p>}
      {field("name", T.name, { defaultValue: name, required: !!asked })}
      {field("email", T.email, { defaultValue: email, required: true, type: "email" })}
      {!asked && (
        <label>
          {T.message}
          <textarea
            name="text"
            rows={3}
            required
            maxLength={session.value!.limits.text}
            defaultValue={storage.get("draft") ?? ""}
            onInput={(event) => storage.set("draft", event.currentTarget.value || null)}
          />
        </label>
      )}
      {trouble.value && <p role="alert">{trouble.value}</p>}
      <footer>
        {isLeaving && (
          <button type="button" class="link" onClick={() => (desk.isLeaving.value = false)}>
            {T.back}
          </button>
        )}
        <button class="button">{asked ? T.startChat : T.send}</button>
      </footer>
    </form>
  );
}

export function Rating({ chat }: { chat: Chat }) {
  const score = useSignal(0);
  const hasFailed = useSignal(false);
  const comment = useRef<HTMLTextAreaElement>(null);
  const { desk } = chat;
  const send = (event: Event) => {
    event.preventDefault();
    desk.rate(score.value, comment.current!.value).catch(() => (hasFailed.value = true));
  };
  return (
    <form class="form rating" onSubmit={send}>
      <fieldset>
        <legend>{T.rate}</legend>
        {T.scores.map((name, index) => (
          <label key={name} title={name}>
            <input type="radio" name="score" class="kf-sr" aria-label={name} onChange={() => (score.value = index + 1)} />
            <Icon path={paths.face(index - 2)} size={32} />
          </label>
        ))}
      </fieldset>
      {score.value > 0 && <textarea ref={comment} rows={2} maxLength={1_000} placeholder={T.comment} aria-label={T.comment} />}
      {hasFailed.value && <p role="alert">{T.notSent}</p>}
      <footer>
        <button type="button" class="link" onClick={() => desk.skip()}>
          {T.skip}
        </button>
        {score.value > 0 && <button class="button">{T.send}</button>}
      </footer>
    </form>
  );
}
