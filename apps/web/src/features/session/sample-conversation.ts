/** A conversation to look at: a baker and the agent of the company that runs her payments. */
export const SAMPLE_CONVERSATION: { userMessage: string; aiMessage: string }[] = [
  {
    userMessage:
      "Hi, I'm Marta. I run a small bakery on Halden Street, and I'd like to take card payments online before the spring market on Saturday.",
    aiMessage:
      'Welcome, Marta. Saturday is realistic: the bakery needs a verified account, a payment page and one test order. Shall we begin with the account?',
  },
  {
    userMessage: 'Yes please. I am curious how long the verification takes, and which documents you need.',
    aiMessage:
      'The trade licence and a bank statement. Verification usually takes a working day. Deniz from our team will look at them.',
  },
  {
    userMessage:
      "I sent the trade licence two days ago and the account is still pending. I'm getting worried that we won't be ready for the spring market.",
    aiMessage: 'I see the licence, but not the bank statement. That is why the account is pending.',
  },
  {
    userMessage:
      'I uploaded the bank statement twice! Your form threw an error each time and nobody told me. This is really frustrating.',
    aiMessage:
      'You are right, and I am sorry: the form refuses scans above 10 MB without saying so. I have told Deniz, who can take the bank statement by email.',
  },
  {
    userMessage:
      "Now a test order took 42 euros from my sister's card twice. I am so angry, she is not even a customer.",
    aiMessage:
      'That must not happen. I have refunded both charges of the test order, and your sister will see the 42 euros tomorrow morning.',
  },
  {
    userMessage: 'The refund is there already, and Deniz called me himself. What a relief.',
    aiMessage: 'Good. Deniz has also verified the account: the payment page is live now.',
  },
  {
    userMessage:
      'The first real order just came in, twelve cinnamon rolls for Saturday! Thank you so much for staying with me on this.',
    aiMessage:
      'Congratulations, Marta. I have noted that the spring market orders are to be collected on Halden Street.',
  },
  {
    userMessage:
      "I'm so happy and proud of our little bakery. My sister is already planning the summer menu.",
    aiMessage:
      'You both have earned it. When the summer menu is ready, I will help you to put it on the payment page.',
  },
];
