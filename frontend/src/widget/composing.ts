/** While an input method composes, Enter chooses a word and Esc drops it (229: Safari says so too late otherwise). */
export const isComposing = ({ isComposing, keyCode }: Pick<KeyboardEvent, "isComposing" | "keyCode">): boolean =>
  isComposing || keyCode === 229;
