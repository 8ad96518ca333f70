// What was before: former conversations with who had them and how they were rated, and the person's ratings as a whole.
import { now } from "../../state/clock";
import { isDetailsOver } from "../../state/layout";
import { loadFormer } from "../../state/profile";
import { conversationPath, go } from "../../state/route";
import type { Thread } from "../../state/thread";
import { showError } from "../../state/toasts";
import { locale, words } from "../../words";
import { fullTime, shortTime } from "../../words/times";
import type { Former as FormerRow, Profile, Satisfaction } from "../../wire";
import { Section } from "./Section";

export function Former({ thread, profile }: { thread: Thread; profile: Profile }) {
  const say = words.value;
  return (
    <Section name="former" title={say.profile.former}>
      {profile.former.length ? (
        <ul class="former">
          {profile.former.map((one) => (
            <FormerLine key={one.id} one={one} />
          ))}
        </ul>
      ) : (
        <p class="quiet">{say.noFormer}</p>
      )}
      {profile.former_next && (
        <button type="button" class="link section-more" onClick={() => loadFormer(thread).catch(showError)}>
          {say.profile.moreFormer}
        </button>
      )}
    </Section>
  );
}

function FormerLine({ one }: { one: FormerRow }) {
  const say = words.value;
  return (
    <li>
      <a href={conversationPath(one.id)} onClick={(event) => open(event, one.id)}>
        <span class="former-text">{one.preview || say.noText}</span>
        <span class="former-meta">
          <span class="former-who">
            {say.status[one.status]}
            {one.agent && <bdi> · {one.agent.name}</bdi>}
          </span>
          {one.rating !== null && one.rating !== undefined && <Stars score={one.rating} />}
          <time dateTime={new Date(one.created_ts).toISOString()} title={fullTime(one.created_ts, locale.value)}>
            {shortTime(one.created_ts, now.value, locale.value)}
          </time>
        </span>
      </a>
    </li>
  );
}

function open(event: MouseEvent, id: string): void {
  if (event.metaKey || event.ctrlKey || event.shiftKey) return;
  event.preventDefault();
  isDetailsOver.value = false;
  go({ conversation: id });
}

export function Ratings({ satisfaction }: { satisfaction: Satisfaction | null }) {
  const say = words.value.profile;
  if (!satisfaction) return null;
  const { average, count, last } = satisfaction;
  return (
    <Section name="rating" title={say.rating} aside={average.toFixed(1)}>
      <p class="ratings">
        <Stars score={average} />
        <span>{say.averageOf(count)}</span>
      </p>
      {last.comment && (
        <blockquote class="rating-last">
          <bdi>{last.comment}</bdi>
          <footer>
            {say.lastRating} · {say.scoreOf(last.score)} · {shortTime(last.ts, now.value, locale.value)}
          </footer>
        </blockquote>
      )}
    </Section>
  );
}

function Stars({ score }: { score: number }) {
  const full = Math.round(score);
  return (
    <span class="stars" role="img" aria-label={words.value.profile.scoreOf(score)}>
      {"★".repeat(full)}
      <span class="stars-rest">{"★".repeat(5 - full)}</span>
    </span>
  );
}
