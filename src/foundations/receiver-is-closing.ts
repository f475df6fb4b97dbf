/** Why nothing more is begun, in log lines and errors. */
export const receiverIsClosing = 'The receiver is closing.';
