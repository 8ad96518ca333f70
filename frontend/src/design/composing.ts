/**
 * A key that belongs to the word that an input method is putting together: Enter chooses it, Esc drops it, and it is
 * nobody's shortcut. Key code 229: Safari ends the composition before it tells of the key that ended it.
 */
export const isComposing = ({ isComposing, keyCode }: Pick<KeyboardEvent, "isComposing" | "keyCode">): boolean =>
  isComposing || keyCode === 229;
