// The brand's tags by id. A tag that is not known (yet, or any more) is not shown.
import { signal } from "@preact/signals";
import { fetchTags } from "../api";
import type { Row, Tag } from "../wire";
import { refreshing } from "./refreshing";

export const tags = signal<ReadonlyMap<string, Tag>>(new Map());

/** Without an answer rows show without dots. */
export const loadTags = refreshing(async () => {
  tags.value = new Map((await fetchTags()).tags.map((tag) => [tag.id, tag]));
});

export const tagsOf = (row: Row): Tag[] => row.tags.map((id) => tags.value.get(id)).filter((tag): tag is Tag => tag !== undefined);
