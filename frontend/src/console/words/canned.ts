// Words of an agent's own canned replies, in both languages.
export const cannedEn = {
  cannedMine: "My canned replies",
  noOwnCanned: "Texts that you write often: type “/” and a few letters instead.",
  editCanned: (shortcut: string) => `Edit /${shortcut}`,
  cannedChanged: "Canned reply changed.",
  cannedDeleted: (shortcut: string) => `/${shortcut} deleted`,
  cannedTextIn: (language: string) => `Text in ${language}`,
  cannedDropText: (language: string) => `Remove the text in ${language}`,
  cannedAddLanguage: "Further language",
  cannedAdd: "Add",
  cannedInstead: "{{visitor.name|there}} says “there” where there is no name.",
  cannedUnknown: (names: string) => `There is no variable ${names}: it will stand there as it is.`,
  cannedAttached: "Files",
  cannedAllYours: "All your canned replies",
  cannedProblems: {
    noShortcut: "Give it a shortcut: what you type after “/”.",
    shortcut: "Use up to 40 letters, digits, dots, hyphens or underscores.",
    noText: "Write the text in at least one language.",
  },
};

export const cannedZh: typeof cannedEn = {
  cannedMine: "我的快捷回复",
  noOwnCanned: "常写的话存在这里，输入“/”加几个字母即可使用。",
  editCanned: (shortcut) => `编辑 /${shortcut}`,
  cannedChanged: "快捷回复已更新。",
  cannedDeleted: (shortcut) => `已删除 /${shortcut}`,
  cannedTextIn: (language) => `${language}内容`,
  cannedDropText: (language) => `移除${language}内容`,
  cannedAddLanguage: "其他语言",
  cannedAdd: "添加",
  cannedInstead: "{{visitor.name|您好}}：没有姓名时显示“您好”。",
  cannedUnknown: (names) => `没有变量 ${names}，将原样保留。`,
  cannedAttached: "附件",
  cannedAllYours: "查看我的全部快捷回复",
  cannedProblems: {
    noShortcut: "请填写快捷词，即“/”后输入的内容。",
    shortcut: "最多 40 个字符，可用文字、数字、点、连字符和下划线。",
    noText: "请至少填写一种语言的内容。",
  },
};
