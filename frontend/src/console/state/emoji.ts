// A small set that a desk uses, with the names by which `:` finds them; the system's own picker has the rest. Pure.
import { rank } from "./fuzzy";

interface Emoji {
  sign: string;
  names: readonly string[];
}

export type EmojiGroup = "faces" | "hands" | "things";

// Sign, English names, Chinese names.
const TABLE: Record<EmojiGroup, string> = {
  faces:
    "🙂 smile 微笑|😊 blush happy 开心|😀 grin 笑|😄 laugh 大笑|😉 wink 眨眼|😍 love_eyes 喜欢|🤗 hug 抱抱|🤔 think hmm 思考|😅 sweat phew 汗|😂 joy tears 笑哭|😌 relieved 安心|😮 wow surprised 惊讶|😕 confused 困惑|😟 worried 担心|😢 cry sad 哭|😞 disappointed sorry 失望",
  hands:
    "👍 thumbs_up yes good 赞 好|👎 thumbs_down no 踩|👌 ok 可以|🙏 thanks please pray 谢谢 拜托|👏 clap 鼓掌|🙌 hooray 太好了|💪 strong 加油|👋 wave hello bye 你好 再见|🤝 handshake deal 握手|✌️ peace 耶|👉 point_right 看这里|👇 point_down 下面",
  things:
    "❤️ heart love 爱心|✅ check done 完成|❌ cross wrong 错误|⚠️ warning 注意|⭐ star 星星|🎉 party congratulations 庆祝 恭喜|🎁 gift 礼物|🔥 fire 火|💡 idea 想法|⏳ wait hourglass 稍等|📦 package parcel 包裹|🚚 truck delivery 快递|💳 card pay 付款|🧾 receipt invoice 发票|📎 clip attachment 附件|🔒 lock 安全",
};

const read = (line: string): Emoji[] =>
  line.split("|").map((entry) => {
    const [sign, ...names] = entry.split(" ");
    return { sign: sign!, names };
  });

export const EMOJIS: Readonly<Record<EmojiGroup, readonly Emoji[]>> = {
  faces: read(TABLE.faces),
  hands: read(TABLE.hands),
  things: read(TABLE.things),
};

export const findEmojis = (query: string, limit: number): Emoji[] =>
  rank(Object.values(EMOJIS).flat(), query, (one) => one.names, limit);
