/** Who may write to the user, in a sentence. */
export const WHO_MAY_WRITE =
  "People you share a small group with, or have written with, can write to you and see when you are online. " +
  "Everyone else asks first, and you find them here.";
