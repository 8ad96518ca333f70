// The pages that the visitor looked at, the last one first; new ones come live.
import { ExternalIcon } from "../../../design/icons";
import { now } from "../../state/clock";
import { loadTrail } from "../../state/profile";
import type { Thread } from "../../state/thread";
import { showError } from "../../state/toasts";
import { locale, words } from "../../words";
import { fullTime, shortTime } from "../../words/times";
import type { PageSeen, Profile } from "../../wire";
import { Section } from "./Section";

/** What a visitor's browser told is not trusted: only web addresses become links. */
const isWebAddress = (url: string): boolean => /^https?:\/\//i.test(url);
const shortUrl = (url: string): string => url.replace(/^https?:\/\//i, "");

export function PageTrail({ thread, profile }: { thread: Thread; profile: Profile }) {
  const say = words.value.profile;
  const { page } = profile;
  const trail = profile.trail?.length ? profile.trail : page?.url ? [{ url: page.url, title: page.title ?? "", ts: null }] : [];
  return (
    <Section name="pages" title={say.pages}>
      {trail.length ? (
        <ol class="trail">
          {trail.map((view, index) => (
            <PageLine key={`${view.ts} ${view.url}`} view={view} isHere={index === 0 && profile.online === true} />
          ))}
        </ol>
      ) : (
        <p class="quiet">{say.noPages}</p>
      )}
      {page?.referrer && (
        <p class="trail-referrer">
          {say.cameFrom} <Address url={page.referrer} />
        </p>
      )}
      {profile.trail_more && (
        <button type="button" class="link section-more" onClick={() => loadTrail(thread).catch(showError)}>{say.allPages}</button>
      )}
    </Section>
  );
}

function PageLine({ view, isHere }: { view: Omit<PageSeen, "ts"> & { ts: number | null }; isHere: boolean }) {
  return (
    <li class={isHere ? "is-here" : undefined}>
      <div class="trail-head">
        <bdi class="trail-title" title={view.title || view.url}>{view.title || shortUrl(view.url)}</bdi>
        {isHere ? (
          <span class="trail-here">{words.value.profile.nowHere}</span>
        ) : (
          view.ts !== null && (
            <time dateTime={new Date(view.ts).toISOString()} title={fullTime(view.ts, locale.value)}>
              {shortTime(view.ts, now.value, locale.value)}
            </time>
          )
        )}
      </div>
      <Address url={view.url} />
    </li>
  );
}

function Address({ url }: { url: string }) {
  if (!isWebAddress(url)) return <bdi class="address">{url}</bdi>;
  return (
    <a class="address" href={url} target="_blank" rel="noopener noreferrer nofollow" title={url}>
      <bdi>{shortUrl(url)}</bdi>
      <ExternalIcon />
    </a>
  );
}
