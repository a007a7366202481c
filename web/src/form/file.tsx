// SPDX-License-Identifier: Apache-2.0
// A file that goes with an act: chosen, or dropped on the field. It travels in base64 and is kept with
// the record; in the draft it has its place like everything else that was entered.
import { useState } from "preact/hooks";
import { t } from "../core/i18n.ts";
import { significant } from "../core/quantity.ts";
import { Icon } from "../ui/icon.tsx";
import { describedBy, inputId, type FieldProps } from "./field.tsx";

/** The server takes a request of 1 MiB; base64 makes four bytes of three. */
const MOST_BYTES = 700_000;

const sizeOf = (base64: string): number => Math.floor((base64.length * 3) / 4);

function base64Of(bytes: Uint8Array): string {
  let text = "";
  for (let i = 0; i < bytes.length; i += 0x8000) text += String.fromCharCode(...bytes.subarray(i, i + 0x8000));
  return btoa(text);
}

export function FileField({ field, entry, problem, isFirst, onChange }: FieldProps) {
  const [complaint, complain] = useState("");
  const [isOver, setOver] = useState(false);
  const take = async (file: File | undefined) => {
    if (file === undefined) return;
    if (file.size > MOST_BYTES) {
      complain(t("{name} is too large: at most {most} kB", { name: file.name, most: MOST_BYTES / 1000 }));
      return;
    }
    complain("");
    onChange({ text: base64Of(new Uint8Array(await file.arrayBuffer())), name: file.name });
  };
  return (
    <div
      class={`drop ${isOver ? "drop-over" : ""}`}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        void take(event.dataTransfer?.files[0]);
      }}
    >
      <input
        id={inputId(field)} class="drop-input" type="file" data-entry data-autofocus={isFirst || undefined}
        aria-describedby={describedBy(field, problem)} aria-invalid={problem !== undefined || complaint !== ""}
        onChange={(event) => void take(event.currentTarget.files?.[0])}
      />
      <p class={entry.text === "" ? "drop-text quiet" : "drop-text"} role="status">
        <Icon name={entry.text === "" ? "plus" : "check"} size={22} />{" "}
        {entry.text === "" ? t("Choose a file, or drop it here.") : t("{name}, {size} kB", { name: entry.name ?? t("A file"), size: significant(sizeOf(entry.text) / 1000, 3) })}
      </p>
      {complaint !== "" && <p class="problem" role="alert"><Icon name="warn" size={18} /> {complaint}</p>}
    </div>
  );
}
