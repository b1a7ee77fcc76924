"""What programmes cost, who pays, and what one of something comes to."""
