/** What is shown to who reports a message. The reason that is chosen is sent as it reads. */

export const REPORT_REASONS: readonly string[] = [
  "Spam or advertising",
  "Insults or harassment",
  "Hate or threats",
  "Nudity or sexual content",
  "Something else",
];

export const REPORTED = "The message was reported. Nobody else sees that it was you.";
