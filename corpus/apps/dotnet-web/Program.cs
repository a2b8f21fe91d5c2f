var app = WebApplication.CreateBuilder(args).Build();

app.MapGet("/buoys/{number:int}", (int number) => $"buoy {number} is {(number % 2 == 0 ? "red" : "green")}");

app.Run();
