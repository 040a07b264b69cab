declare module 'vader-sentiment' {
  const vader: {
    SentimentIntensityAnalyzer: {
      /** `compound` runs from -1, most unpleasant, to 1. */
      polarity_scores(text: string): { compound: number };
    };
  };
  export default vader;
}
