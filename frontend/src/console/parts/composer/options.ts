// What the list above the composer offers for what is being typed.
import { findCanned, loadCanned, previewOf, putInCanned } from "../../state/canned";
import { fillVariables, type Typed } from "../../state/completion";
import { currentThread } from "../../state/desk";
import { findEmojis } from "../../state/emoji";
import { freshenPeople } from "../../state/freshen";
import { rank } from "../../state/fuzzy";
import { me, myId } from "../../state/session";
import { words } from "../../words";
import type { FileView } from "../../../engine";
import type { Canned, Row } from "../../wire";

/** What takes the place of what was typed, and files that come along. */
export interface Piece {
  text: string;
  files?: readonly FileView[];
}

export interface Option {
  key: string;
  label: string;
  detail?: string;
  aside?: string;
  /** Null: nothing. */
  piece: () => Promise<Piece | null> | Piece;
}

const MAX = 8;

export function optionsFor(typed: Typed, row: Row): Option[] {
  switch (typed.kind) {
    case "canned":
      void loadCanned();
      return findCanned(typed.query, row).map((one) => cannedOption(one, row));
    case "mention":
      freshenPeople();
      return rank(me.value!.agents, typed.query, ({ name }) => [name], MAX)
        .filter(({ id }) => id !== myId.value)
        .map(({ id, name, availability }) => ({ key: id, label: name, aside: words.value.availability[availability], piece: () => ({ text: `@${name} ` }) }));
    case "emoji":
      return findEmojis(typed.query, MAX).map(({ sign, names }) => ({ key: sign, label: `${sign} ${names[0]}`, piece: () => ({ text: `${sign} ` }) }));
  }
}

/** Variables of canned replies, as far as the console knows them. */
function valuesFor(row: Row): Record<string, string | null | undefined> {
  const { agent, brand } = me.value!;
  const profile = currentThread.value?.profile.value;
  const person = profile?.id === row.visitor.id ? profile : null;
  return {
    "visitor.name": row.visitor.name,
    "visitor.email": row.visitor.email,
    "visitor.phone": person?.phone,
    "agent.name": agent.name,
    "brand.name": brand.name,
    "conversation.id": row.id,
    "queue.name": row.queue?.name,
  };
}

function cannedOption(one: Canned, row: Row): Option {
  const say = words.value;
  const scope = one.own ? say.cannedOwn : one.queue ? say.cannedQueue : "";
  return {
    key: one.id,
    label: `/${one.shortcut}`,
    detail: `${one.title} — ${fillVariables(previewOf(one, row), valuesFor(row))}`,
    aside: [one.files ? say.cannedFiles(one.files) : "", scope].filter(Boolean).join(" · "),
    piece: () => putInCanned(one, row.id),
  };
}
