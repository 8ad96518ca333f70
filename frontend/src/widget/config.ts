// What templates/widget/panel.html puts into the page as JSON.

export interface Config {
  widget: { locale: string };
  key: string;
  brand: { name: string; accent: string; slug: string };
}

export function readConfig(): Config {
  return JSON.parse(document.getElementById("kefu-config")!.textContent!) as Config;
}
