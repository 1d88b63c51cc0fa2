// Jobs as people and programs read them.

import type { JobResult } from "../bus/jobs/job-record.ts";
import type { JobEntry, JobSummary } from "../bus/jobs/list-jobs.ts";
import { addressOf } from "../bus/calling/address.ts";
import { attachmentToJson } from "../protocol/attachment.ts";
import { neutraliseLine } from "../telemetry/neutralise.ts";
import { formatTable } from "./table.ts";

const longestError = 60;

export function jobsTable(jobs: readonly JobSummary[]): string {
  const header = ["ID", "AGENT", "STATE", "TRIES", "SUBMITTED", "LAST ERROR"];
  return formatTable(
    header,
    jobs.map(({ id, address, state, attempts, submittedAt, error }) => [
      neutraliseLine(id),
      neutraliseLine(addressOf(address)),
      state,
      `${attempts}`,
      submittedAt.replace(/\.\d+Z$/, "Z"),
      error === undefined ? "" : neutraliseLine(`${error.error}: ${error.message}`).slice(0, longestError),
    ]),
  );
}

/** Stable: programs read it. */
export function jobToJson({ id, address, state, attempts, submittedAt, finishedAt, error, result }: JobEntry) {
  return {
    id,
    agent: addressOf(address),
    state,
    attempts,
    submitted_at: submittedAt,
    ...(finishedAt === undefined ? {} : { finished_at: finishedAt }),
    ...(error === undefined ? {} : { error }),
    ...(result === undefined ? {} : answerToJson(result)),
  };
}

function answerToJson({ state, text, attachments }: JobResult) {
  return {
    ...(state === "done" ? { text } : {}),
    ...(attachments.length === 0 ? {} : { attachments: attachments.map(attachmentToJson) }),
  };
}

export function jobText(job: JobEntry): string {
  const { error, result, finishedAt } = job;
  const lines = [
    `Job        ${neutraliseLine(job.id)}`,
    `Agent      ${neutraliseLine(addressOf(job.address))}`,
    `State      ${job.state}`,
    `Tries      ${job.attempts}`,
    `Submitted  ${job.submittedAt}`,
    ...(finishedAt === undefined ? [] : [`Ended      ${finishedAt}`]),
    ...(error === undefined
      ? []
      : [`Error      ${neutraliseLine(`${error.error} (${error.code}): ${error.message}`)}`]),
    ...(result?.attachments ?? []).map(
      ({ filename, data }) => `File       ${neutraliseLine(filename)}, ${data.byteLength} bytes`,
    ),
  ];
  return `${lines.join("\n")}\n`;
}
